"""One lead as the facts of `leads` tell it."""

from dataclasses import dataclass, field
from datetime import datetime
from sys import intern
from typing import Final

from tests.faults.checker.models.facts import Fact, moment


@dataclass(frozen=True, slots=True)
class Blocker:
    """What holds a lead up."""

    resolver: str
    since: datetime
    until: datetime | None


@dataclass(slots=True)
class Lead:
    """A lead after its facts."""

    id: str
    study: str
    site: str
    partner: str
    is_test: bool
    partition: int
    opened: tuple[str, str, str, datetime] | None = None
    """route, channel, priority, received_at"""
    opened_at: datetime | None = None
    stage: str = "intake"
    status: str = "new"
    milestones: list[str] = field(default_factory=list)
    owner: str | None = None
    backup: str | None = None
    pool: str | None = None
    before: tuple[str | None, str | None, str | None] = (None, None, None)
    """owner, backup, pool it had when it was found to be a duplicate, and nobody has been named since"""
    waiting: str | None = None
    waiting_since: datetime | None = None
    checks: list[str] = field(default_factory=list)
    suspects: list[str] = field(default_factory=list)
    """earlier leads that it may be, as was said"""
    duplicate_of: str | None = None
    matched: tuple[str, ...] = ()
    attempts: list[int] = field(default_factory=list)
    blockers: dict[str, Blocker] = field(default_factory=dict)
    next_step: tuple[str, str, datetime] | None = None
    close_reason: str | None = None
    closed_at: datetime | None = None
    version: int = 0
    """of the leads stream"""
    moves: set[tuple[str, str]] = field(default_factory=set)
    """transactions that said something of it"""
    place: tuple[str, float] | None = None
    """whose place it takes now, certainly since when"""

    @property
    def open(self) -> bool:
        """Not closed."""
        return self.closed_at is None

    @property
    def counts(self) -> bool:
        """Whether it takes one of its owner's places (R21)."""
        return self.open and not self.is_test and self.duplicate_of is None

    @property
    def checked(self) -> str | None:
        """What comparing its tokens gave last."""
        return self.checks[-1] if self.checks else None

    def hear(self, fact: Fact) -> None:
        """One more fact of it."""
        self.version = fact.version
        self.moves.add(fact.origin)
        _HEARS[fact.type](self, fact)


def _opened(lead: Lead, fact: Fact) -> None:
    body = fact.body
    lead.opened = (body["route"], intern(body["channel"]), intern(body["priority"]), moment(body["received_at"]))
    lead.opened_at = fact.time


def _checked(lead: Lead, fact: Fact) -> None:
    lead.checks.append(fact.body["result"])


def _suspected(lead: Lead, fact: Fact) -> None:
    lead.suspects.append(fact.body["earlier"])


def _decided(lead: Lead, fact: Fact) -> None:
    lead.duplicate_of = fact.body.get("primary")
    lead.matched = tuple(fact.body.get("matched") or ())
    if lead.duplicate_of is not None:
        lead.before = (lead.owner, lead.backup, lead.pool)
        lead.owner = lead.backup = lead.pool = None
        lead.waiting = lead.waiting_since = None


def _owned(lead: Lead, fact: Fact) -> None:
    body = fact.body
    lead.owner, lead.backup, lead.pool = body["owner"], body["backup"], body["pool"]
    lead.before = (None, None, None)
    lead.waiting = lead.waiting_since = None


def _waits(lead: Lead, fact: Fact) -> None:
    lead.waiting = fact.body["reason"]
    lead.waiting_since = lead.waiting_since or fact.time
    lead.owner = lead.backup = None


def _tried(lead: Lead, fact: Fact) -> None:
    lead.attempts.append(fact.body["attempt"])


def _stands(lead: Lead, fact: Fact) -> None:
    lead.stage, lead.status = fact.body["stage"], fact.body["status"]


def _reached(lead: Lead, fact: Fact) -> None:
    lead.milestones.append(fact.body["milestone"])


def _blocked(lead: Lead, fact: Fact) -> None:
    until = fact.body.get("until")
    lead.blockers[fact.body["kind"]] = Blocker(fact.body["resolver"], fact.time, moment(until) if until else None)


def _freed(lead: Lead, fact: Fact) -> None:
    lead.blockers.pop(fact.body["kind"], None)


def _next(lead: Lead, fact: Fact) -> None:
    lead.next_step = (fact.body["action"], fact.body["who"], moment(fact.body["due_at"]))


def _closed(lead: Lead, fact: Fact) -> None:
    lead.close_reason, lead.closed_at = fact.body["reason"], fact.time
    lead.blockers.clear()
    lead.next_step = None
    lead.waiting = lead.waiting_since = None


_HEARS: Final = {
    "LeadOpened": _opened,
    "DuplicateChecked": _checked,
    "DuplicateSuspected": _suspected,
    "DuplicateDecided": _decided,
    "OwnerAssigned": _owned,
    "LeadWaiting": _waits,
    "AttemptRecorded": _tried,
    "StatusChanged": _stands,
    "MilestoneReached": _reached,
    "BlockerRaised": _blocked,
    "BlockerCleared": _freed,
    "NextActionSet": _next,
    "LeadClosed": _closed,
}
