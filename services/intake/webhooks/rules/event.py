"""What a partner is told: the kind, the lead or the route, times. No external id, no person (R70)."""

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from contracts.envelope import rfc3339
from services.intake.receipts.rules.own_route import Ends


class Kind(StrEnum):
    """The types of event."""

    HANDED_OVER = "referral.handed_over"
    WITHDRAWN = "referral.withdrawn"
    MATERIAL_ENDS = "route.material_ends"
    AGREEMENT_ENDS = "route.agreement_ends"
    TEST = "webhook.test"


SUBSCRIBED: Final = tuple(kind for kind in Kind if kind is not Kind.TEST)
"""What an endpoint is told of unless it says which; a test goes where it was asked for."""

OF_ENDING: Final = {Ends.MATERIAL: Kind.MATERIAL_ENDS, Ends.AGREEMENT: Kind.AGREEMENT_ENDS}

_TIME_OF: Final = {Kind.HANDED_OVER: "handed_over_at", Kind.WITHDRAWN: "withdrawn_at"}


@dataclass(frozen=True, slots=True)
class Event:
    """One event. Its id is the `webhook-id` of every try and of every replay."""

    id: UUID
    kind: Kind
    at: datetime
    is_test: bool
    lead: UUID | None = None
    route: str | None = None
    ends_at: datetime | None = None
    days: int | None = None


def payload(event: Event) -> str:
    """The JSON text that is signed and sent: `type`, `timestamp`, `data` (Standard Webhooks, "Payload structure")."""
    data: dict[str, Any] = {}
    if event.lead is not None:
        data |= {"lead": str(event.lead), _TIME_OF[event.kind]: rfc3339(event.at)}
    if event.route is not None and event.ends_at is not None:
        data |= {"route": event.route, "ends_at": rfc3339(event.ends_at), "days": event.days}
    if event.is_test:
        data["test"] = True
    return json.dumps({"type": event.kind, "timestamp": rfc3339(event.at), "data": data}, separators=(",", ":"))
