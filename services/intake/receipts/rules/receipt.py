"""A receipt: decided by time and by what this partner did alone, so equal for a duplicate and anybody new (S8)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

HAND_OVER_AFTER: Final = timedelta(minutes=15)
"""From the receipt until `handed_over`, for every accepted referral, whatever happens at the site meanwhile."""

WITHDRAW_WITHIN: Final = timedelta(hours=72)
"""How long a partner may take a referral back: a weekend and a day. Decided by the clock alone: an answer that
depended on the first outreach would tell who is called, and a confirmed duplicate never is (docs/decisions/0018).
"""


SUPPLY_WITHIN: Final = WITHDRAW_WITHIN
"""How long what was missing may still be supplied; by the clock alone, for the same reason."""


class State(StrEnum):
    """All that a partner ever hears of a referral."""

    ACCEPTED = "accepted"
    INCOMPLETE = "incomplete"
    """accepted, and wanted fields are missing; it goes its way like any other"""
    REFUSED = "refused"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn_by_partner"


@dataclass(frozen=True, slots=True)
class Taken:
    """An accepted referral, as far as its partner may know it."""

    lead: UUID
    study: str
    site: str
    route: str
    material: str
    superseded: bool
    is_test: bool
    received_at: datetime
    withdrawn_at: datetime | None
    lacks: tuple[str, ...] = ()
    """wanted fields of the person that this partner has not sent"""

    @property
    def handed_over_at(self) -> datetime:
        """When it is, or was, handed over."""
        return self.received_at + HAND_OVER_AFTER

    @property
    def withdraw_until(self) -> datetime:
        """The first moment at which it is too late."""
        return self.received_at + WITHDRAW_WITHIN

    @property
    def supply_until(self) -> datetime | None:
        """The first moment at which it is too late; None where nothing is missing."""
        return self.received_at + SUPPLY_WITHIN if self.lacks else None

    def state(self, at: datetime) -> State:
        """Where it stands."""
        if self.withdrawn_at is not None:
            return State.WITHDRAWN
        if self.handed_over_at <= at:
            return State.HANDED_OVER
        return State.INCOMPLETE if self.lacks else State.ACCEPTED


@dataclass(frozen=True, slots=True)
class NotTaken:
    """A refusal: no person, no id of the partner's."""

    id: UUID
    route: str | None
    code: str
    is_test: bool
    refused_at: datetime
