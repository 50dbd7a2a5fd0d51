"""The send role's work: claim in one Work, sign and send outside any, mark in another (at least once, the same id)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from standardwebhooks import Webhook

from services.chassis.crypto.secrets import KeyRing
from services.chassis.sender import Sent
from services.chassis.work import Work
from services.intake.webhooks.rules.event import payload
from services.intake.webhooks.rules.schedule import judge
from services.intake.webhooks.sender.outside import Outside
from services.intake.webhooks.storage import deliveries
from services.intake.webhooks.storage.deliveries import Errand

PATIENCE: Final = 12.0
"""Seconds the sender waits for one try: a little more than the try takes at most."""


class WebhookSender:
    """Sends what is due to partners' endpoints."""

    def __init__(self, keys: KeyRing, outside: Outside) -> None:
        self._keys = keys
        self._outside = outside

    async def claim(self, work: Work, limit: int) -> list[Errand]:
        """Take what is due."""
        return await deliveries.claim(work, self._keys, limit)

    async def send(self, errand: Errand) -> Sent:
        """Sign with every live secret and post."""
        text = payload(errand.event)
        return await self._outside.post(errand.url, signed(errand, text, datetime.now(UTC)), text.encode())

    async def mark(self, work: Work, tried: Sequence[tuple[Errand, Sent]]) -> None:
        """Write down what came of it."""
        verdicts = [(errand, sent.code, judge(ok=sent.ok, tries=errand.tries)) for errand, sent in tried]
        await deliveries.mark(work, verdicts)


def signed(errand: Errand, text: str, at: datetime) -> dict[str, str]:
    """The headers of one try: the id is the event's, the time is the try's, a signature for each live secret."""
    id = f"evt_{errand.event.id}"
    return {
        "content-type": "application/json",
        "user-agent": "Baton-Webhooks",
        "webhook-id": id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(secret).sign(id, at, text) for secret in errand.secrets),
    }
