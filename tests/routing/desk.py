"""Routing as its reader runs it: facts into handlers, what was said and stored read back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contracts.envelope import KNOWN, Fact, FactBody
from services.chassis.copies import Copies
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.service import Handler
from services.chassis.telemetry import metrics
from services.routing.duplicates.handlers import hears_tokens
from services.routing.duplicates.storage.signatures import Signatures
from services.routing.leads import handlers as leads
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage.leads import leads_as_they_are
from services.routing.staff import handlers as staff


def rooms(ring: KeyRing) -> dict[str, tuple[Handler, ...]]:
    """Who hears each stream, as `app.py` lists them."""
    return {
        "network": (Copies().store, staff.on_network, leads.on_network),
        "referrals": (leads.on_referrals,),
        "tokens": (hears_tokens(Signatures(ring)), leads.on_tokens),
        "alerts": (leads.on_alerts,),
    }


@dataclass(frozen=True)
class DeskOfTests:
    """One routing service on a real database, without Kafka."""

    database: Database
    rooms: Mapping[str, tuple[Handler, ...]]

    async def hears(self, *facts: Fact[Any]) -> None:
        """One batch of one stream, in one transaction, as the reader gives it."""
        async with self.database.work("system:routing") as work:
            for handler in self.rooms[facts[0].body.stream.name]:
                await handler(work, facts)

    async def parks(self, key: str, sql: str, *, parked: bool = True) -> None:
        """A key's rows in `parked` as this statement leaves them, and the rooms are told, as the reader does."""
        async with self.database.work("system:routing") as work:
            await work.run(sql, key)
            await leads.on_parked(work, [key], parked)

    async def lead(self, lead: str | UUID) -> Lead:
        async with self.database.work("system:test") as work:
            return (await leads_as_they_are(work, [UUID(str(lead))]))[UUID(str(lead))]

    async def said(self, lead: str | UUID) -> Sequence[FactBody]:
        """Everything said about a lead, in order."""
        async with self.database.work("system:test") as work:
            rows = await work.fetch("select type, body from outbox where key = $1 order by version", str(lead))
        return [KNOWN[row["type"]].model_validate(json.loads(row["body"])) for row in rows]

    async def names(self, lead: str | UUID) -> list[str]:
        """The names of what was said about a lead, in order."""
        return [type(body).__name__ for body in await self.said(lead)]

    async def load(self, staff_member: str) -> int:
        async with self.database.work("system:test") as work:
            return int(await work.value("select open from staff_load where staff = $1", staff_member))

    async def statements(self) -> float:
        """Statements this service has run in this process."""
        return metrics.STATEMENTS.value(service="routing")
