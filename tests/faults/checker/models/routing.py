"""Routing as the topics oblige it to be: leads, owners' places, and what the queue shows of clocks."""

from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from sys import intern
from typing import Final

from tests.faults.checker.models.facts import Fact, moment
from tests.faults.checker.models.lead import Lead

FOLLOWS: Final = "primarys_owner"
"""The reason of a duplicate's owner: it takes no place."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """One OwnerAssigned."""

    lead: str
    owner: str
    backup: str
    pool: str
    reason: str
    load: int
    capacity: int
    candidates: int
    at: datetime
    is_test: bool

    @property
    def takes_a_place(self) -> bool:
        """Whether the owner has one place fewer."""
        return not self.is_test and self.reason != FOLLOWS


@dataclass(frozen=True, slots=True)
class Stay:
    """A time in which a lead certainly took a place of its owner: from its sending to what freed it."""

    owner: str
    since: float
    until: float


@dataclass(frozen=True, slots=True)
class Received:
    """What the accepted referral said that routing keeps as it is."""

    study: str
    site: str
    partner: str
    route: str
    channel: str
    priority: str
    material: str
    material_version: int
    material_superseded: bool
    permission_wording: str
    permitted: tuple[str, ...]
    stated_interest: str | None
    contact_is: str
    language: str | None
    received_at: datetime
    is_test: bool


@dataclass(slots=True)
class Mark:
    """What sla says of a lead, as the queue shows it."""

    deadline_at: datetime | None = None
    deadline_state: str | None = None
    alert_level: str | None = None
    alert_acknowledged: bool = False


@dataclass
class Routing:
    """Everything routing must know at rest."""

    leads: dict[str, Lead] = field(default_factory=dict)
    received: dict[str, Received] = field(default_factory=dict)
    marks: dict[str, Mark] = field(default_factory=dict)
    assignments: list[Assignment] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    def on_referral(self, fact: Fact) -> None:
        """An accepted one is a lead."""
        if fact.type == "ReferralReceived":
            self.received[fact.key] = _received(fact)

    def on_lead(self, fact: Fact) -> None:
        """One more fact of a lead."""
        body = fact.body
        lead = self.leads.get(fact.key)
        if lead is None:
            lead = Lead(fact.key, body["study"], body["site"], body["partner"], fact.is_test, fact.partition)
            self.leads[fact.key] = lead
        lead.hear(fact)
        if fact.type == "OwnerAssigned":
            self.assignments.append(_assignment(fact))
        self._follow_place(lead, fact)

    def on_alert(self, fact: Fact) -> None:
        """What the queue shows of clocks and alerts."""
        mark = self.marks.setdefault(fact.key, Mark())
        match fact.type:
            case "DeadlineSet":
                mark.deadline_at, mark.deadline_state = moment(fact.body["breach_at"]), "running"
            case "DeadlineWarned":
                mark.deadline_state = "warned"
            case "DeadlineMissed":
                mark.deadline_state = "missed"
            case "DeadlineEnded":
                mark.deadline_at = mark.deadline_state = None
            case "AlertRaised":
                mark.alert_level, mark.alert_acknowledged = fact.body["level"], False
            case "AlertAcknowledged":
                mark.alert_acknowledged = True
            case "AlertResolved":
                mark.alert_level, mark.alert_acknowledged = None, False

    def settle(self) -> None:
        """After the last fact: who owns a duplicate that nobody was named for since; what still takes a place."""
        for lead in self.leads.values():
            primary = self.leads.get(lead.duplicate_of) if lead.duplicate_of else None
            if primary and primary.owner and lead.before[:2] == (primary.owner, primary.backup):
                lead.owner, lead.backup, lead.pool = lead.before
            if lead.place is not None:
                self.stays.append(Stay(*lead.place, until=inf))

    def _follow_place(self, lead: Lead, fact: Fact) -> None:
        """The certain part of a stay: a record is sent after its commit, a fact's time is before its own."""
        holds = lead.owner if lead.counts else None
        if lead.place is not None and lead.place[0] != holds:
            self.stays.append(Stay(*lead.place, until=fact.time.timestamp()))
            lead.place = None
        if holds is not None and lead.place is None:
            lead.place = (holds, fact.sent_ms / 1000)


def _assignment(fact: Fact) -> Assignment:
    body = fact.body
    owner, backup, pool, reason = (intern(body[name]) for name in ("owner", "backup", "pool", "reason"))
    load, capacity, candidates = (int(body[name]) for name in ("load", "capacity", "candidates"))
    return Assignment(fact.key, owner, backup, pool, reason, load, capacity, candidates, fact.time, fact.is_test)


def _received(fact: Fact) -> Received:
    body = fact.body
    return Received(
        study=intern(body["study"]),
        site=intern(body["site"]),
        partner=intern(body["partner"]),
        route=intern(body["route"]),
        channel=intern(body["channel"]),
        priority=intern(body["priority"]),
        material=intern(body["material"]),
        material_version=body["material_version"],
        material_superseded=body["material_superseded"],
        permission_wording=intern(body["permission_wording"]),
        permitted=tuple(intern(one) for one in body["permitted"]),
        stated_interest=body.get("stated_interest"),
        contact_is=intern(body.get("contact_is", "self")),
        language=body.get("language"),
        received_at=moment(body["received_at"]),
        is_test=fact.is_test,
    )
