"""A timer that is due: what a service's `fire` is given."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DueTimer:
    """One fired timer: its row is already taken off and counted as fired in the same `Work`."""

    kind: str
    subject: UUID
    due: datetime
    """business time it was set for; never later than `work.at`"""
    unconfirmed: bool = False
    """the stream it waits for was not heard for 120 s: the alert says so and is withdrawn by a late answer (P9)"""
