"""All four services behind their doors, with a network, an owned lead and a raised alert: so that a request gets in."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from contracts.envelope import KNOWN, Fact, FactHead
from services.chassis.auth.identity import Identity
from services.chassis.database import Database
from services.chassis.http.app import ServiceApp
from services.chassis.service import Service
from services.intake.access.storage.keys import issue_key
from tests.doors import Doors
from tests.intake.referrals.door import a_referral, network
from tests.place import SERVICES, Place

WHO: Final = {
    "partner": "partner:openhand",
    "staff": "staff:ines",
    "sponsor": "sponsor:northfield",
    "operator": "operator:local",
}
"""One of each kind: the partner that sent the lead, its owner, the sponsor of its study."""


@dataclass(frozen=True)
class Stand:
    """The apps, who may call them, and what is there to be asked for."""

    services: dict[str, Service]
    apps: dict[str, ServiceApp]
    doors: Doors
    there: dict[str, list[str]]
    """path parameters that lead somewhere"""
    key: str
    """the partner's own"""

    async def tag(self) -> str:
        """The lead's, as its owner sees it now."""
        client = await self.doors.ask("routing", WHO["staff"])
        return (await client.get(f"/desk/v1/leads/{self.there['lead'][0]}")).headers["etag"]


@asynccontextmanager
async def a_stand(place: Place, folder: Path) -> AsyncIterator[Stand]:
    """Open until the end of the block."""
    async with AsyncExitStack() as stack:
        doors = Doors(place, folder / "keys", stack)
        built = {name: await doors.open(name) for name in SERVICES}
        operator = await doors.ask("intake", "operator:local")
        document = network()
        applied = await operator.put("/intake/v1/network", json=document)
        assert applied.status_code == 200, applied.text
        partner = await doors.ask("intake", "partner:openhand")
        sent = await partner.post("/intake/v1/referrals", json=a_referral(), headers={"idempotency-key": "first"})
        assert sent.status_code == 202, sent.text
        databases = {name: doors.parts_of(name).database for name in SERVICES}
        await _pass_on(built, databases)
        parts = doors.parts_of("intake")
        async with parts.database.work("system:operator") as work:
            key = await issue_key(work, parts.keys, Identity("partner", "openhand"), timedelta(hours=1))
        lead = str(sent.json()["lead"])
        apps = {name: doors.app_of(name) for name in SERVICES}
        there = {
            "lead": [lead],
            "study": [item["id"] for item in document["studies"]],
            "kind": ["transport", "awaiting_records"],
        }
        yield Stand(built, apps, doors, there, str(key))


async def _pass_on(services: dict[str, Service], databases: dict[str, Database]) -> None:
    """What each service said to whoever hears it, once, in the order it was said; no Kafka."""
    for name in SERVICES:
        async with databases[name].work("system:test") as work:
            rows = await work.fetch("select * from outbox order by id")
        for stream, group in groupby(rows, key=lambda row: row["stream"]):
            facts = [_fact(dict(row)) for row in group]
            for hearing, service in services.items():
                for reads in service.reads:
                    if reads.stream.name == stream:
                        async with databases[hearing].work(f"system:{hearing}") as work:
                            for handler in reads.handlers:
                                await handler(work, facts)


def _fact(row: dict[str, Any]) -> Fact[Any]:
    headers = row["headers"] if isinstance(row["headers"], dict) else json.loads(row["headers"])
    body = KNOWN[row["type"]].model_validate_json(row["body"])
    head = FactHead(
        id=row["fact"],
        type=row["type"],
        source=headers["source"],
        key=row["key"],
        version=row["version"],
        time=row["at"],
        correlation=UUID(headers["correlation"]),
        causation=UUID(headers["causation"]) if headers["causation"] else None,
        actor=headers["actor"],
        is_test=headers["is_test"],
        ignorable=headers["ignorable"],
    )
    return Fact(head, body)
