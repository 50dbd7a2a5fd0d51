"""A partner with an endpoint, and the roles behind it run by hand: the ticker's sweep, the sender's round."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
from standardwebhooks import Webhook

from services.chassis.sender import Sender, Sent
from services.chassis.service import Sends
from services.chassis.work import Work
from services.intake.receipts.rules.receipt import HAND_OVER_AFTER
from services.intake.webhooks.sender.webhooks import WebhookSender
from services.intake.webhooks.storage.deliveries import Errand
from services.intake.webhooks.ticker import tell_referrals, tell_routes
from tests.intake.referrals.door import JSON, Desk, a_referral
from tests.intake.webhooks.listener import URL, Listener

PATH = "/intake/v1/webhooks"


@dataclass
class Hooks:
    """Intake with its webhooks, and the partner's server."""

    desk: Desk
    listener: Listener

    async def ask(
        self, method: str, path: str = "", body: Any = None, who: str | None = "partner:openhand"
    ) -> httpx.Response:
        client = await self.desk.doors.ask("intake", who)
        content = None if body is None else json.dumps(body)
        return await client.request(method, f"{PATH}{path}", content=content, headers=JSON if content else {})

    async def endpoint(self, who: str = "partner:openhand", **body: Any) -> tuple[str, Webhook]:
        """A new endpoint: its id, and the library's own verifier of what is sent there."""
        answer = await self.ask("POST", "", {"url": URL} | body, who)
        assert answer.status_code == 201, answer.text
        made = answer.json()
        return made["id"], Webhook(made["secret"])

    async def shown(self, id: str) -> dict[str, Any]:
        found = (await self.ask("GET")).json()["endpoints"]
        return next(one for one in found if one["id"] == id)

    async def referred(self, **changes: Any) -> str:
        """A referral that is due to be handed over."""
        answer = await self.desk.send(a_referral(**changes))
        assert answer.status_code == 202, answer.text
        lead: str = answer.json()["lead"]
        sql = "update referral set received_at = received_at - $2::interval where lead = $1"
        await self.run(sql, UUID(lead), HAND_OVER_AFTER - timedelta(seconds=1))
        await asyncio.sleep(1.01)
        return lead

    async def tick(self) -> int:
        return await self.desk.database.run(tell_referrals, actor="system:intake")

    async def tick_routes(self) -> int:
        return await self.desk.database.run(tell_routes, actor="system:intake")

    def sends(self) -> "Sends[Errand]":
        keys = self.desk.doors.parts_of("intake").keys
        webhooks = WebhookSender(keys, self.listener.outside())
        return Sends("webhooks", webhooks.claim, webhooks.send, webhooks.mark)

    async def round(self, sends: "Sends[Errand] | None" = None) -> int:
        """One round of one sender: how many were tried."""
        return await Sender(self.desk.database, sends or self.sends()).round(asyncio.Event())

    async def run(self, sql: str, *args: object) -> None:
        async with self.desk.database.work("system:test") as work:
            await work.run(sql, *args)

    async def again_now(self) -> None:
        """As if every pause and lease had passed."""
        await self.run("update webhook_delivery set next_try_at = clock_timestamp(), claimed_until = null")


async def nothing_marked(_work: Work, _tried: Sequence[tuple[Errand, Sent]]) -> None:
    """What a process does that is killed between the send and the mark."""
    raise KeyboardInterrupt
