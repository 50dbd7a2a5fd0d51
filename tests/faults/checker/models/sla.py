"""sla as the facts of `leads` oblige it to be: episodes from leads, levels and alerts from what it said itself."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from tests.faults.checker.models.facts import Fact

ANSWERS: Final = {"AttemptRecorded": "attempt", "LeadClosed": "closed", "DuplicateDecided": "duplicate"}
"""What ends the first-response clock (lifecycle.md)."""


@dataclass(slots=True)
class Episode:
    """One run of the clock: from its start to what answered it, by the facts of routing alone."""

    number: int
    started_at: datetime
    answered_at: datetime | None = None
    """the answering fact's own time, not clamped"""
    answered_by: str | None = None
    answer_version: int | None = None

    @property
    def stopped_at(self) -> datetime | None:
        """Times of another service's clock: never before the start."""
        return max(self.answered_at, self.started_at) if self.answered_at else None


@dataclass(slots=True)
class Watched:
    """A lead as its clocks see it."""

    id: str
    study: str
    site: str
    partner: str
    is_test: bool
    partition: int
    received_at: datetime | None = None
    attempted: bool = False
    closed: bool = False
    duplicate: bool = False
    version: int = 0
    owners: list[tuple[int, str | None, datetime]] = field(default_factory=list)
    """(version, owner from then on, when)"""
    episodes: list[Episode] = field(default_factory=list)

    @property
    def owner(self) -> str | None:
        """Who owns it in the end."""
        return self.owners[-1][1] if self.owners else None

    @property
    def running(self) -> Episode | None:
        """The episode nobody has answered."""
        return self.episodes[-1] if self.episodes and self.episodes[-1].answered_at is None else None

    def owner_at(self, version: int) -> str | None:
        """Who owned it after this version."""
        return next((owner for since, owner, _ in reversed(self.owners) if since <= version), None)


@dataclass
class Clocks:
    """Every lead that sla must watch."""

    leads: dict[str, Watched] = field(default_factory=dict)

    def on_lead(self, fact: Fact, received_at: datetime | None) -> None:
        """One more fact of a lead; `received_at` is that of a LeadOpened."""
        body = fact.body
        lead = self.leads.get(fact.key)
        if lead is None:
            lead = Watched(fact.key, body["study"], body["site"], body["partner"], fact.is_test, fact.partition)
            self.leads[fact.key] = lead
        lead.version = fact.version
        match fact.type:
            case "LeadOpened":
                lead.received_at = received_at
            case "OwnerAssigned":
                lead.owners.append((fact.version, body["owner"], fact.time))
            case "LeadWaiting":
                lead.owners.append((fact.version, None, fact.time))
            case "AttemptRecorded":
                lead.attempted = True
            case "DuplicateDecided":
                lead.duplicate = body.get("primary") is not None
            case "LeadClosed":
                lead.closed = True
        _follow(lead, fact)


def _follow(lead: Watched, fact: Fact) -> None:
    wanted = lead.received_at is not None and not (lead.attempted or lead.closed or lead.duplicate)
    running = lead.running
    if wanted and running is None and lead.received_at is not None:
        began = lead.received_at if not lead.episodes else max(fact.time, lead.received_at)
        lead.episodes.append(Episode(len(lead.episodes) + 1, began))
    elif not wanted and running is not None:
        running.answered_at, running.answer_version = fact.time, fact.version
        running.answered_by = ANSWERS.get(fact.type, "other")
