"""A lead as its clocks see it, and what each of its facts does to them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.envelope import Fact
from contracts.leads.facts import (
    AttemptRecorded,
    DuplicateDecided,
    LeadClosed,
    LeadFact,
    LeadOpened,
    LeadWaiting,
    OwnerAssigned,
)
from contracts.vocabulary import Answered, Clock
from services.sla.clocks.rules.episode import Episode, Said, Setting, judge, stop

Settings = Callable[[str, str], Setting]
"""What the network says about (study, site)."""


@dataclass(frozen=True, slots=True)
class Lead:
    """What sla keeps of a lead. `version` is that of the last fact of it that was applied here (P9, `as_of`)."""

    id: UUID
    study: str
    site: str
    partner: str
    is_test: bool
    received_at: datetime | None = None
    """None for a lead whose opening was never heard (a reader that began in mid-stream): it has no clock"""
    owner: str | None = None
    attempted: bool = False
    closed: bool = False
    duplicate: bool = False
    parked: bool = False
    version: int = 0

    @property
    def wants_first_response(self) -> bool:
        """Nobody has tried yet, and somebody still should."""
        return self.received_at is not None and not (self.attempted or self.closed or self.duplicate)


@dataclass(frozen=True, slots=True)
class Clocks:
    """A lead and all episodes of its clocks, in order."""

    lead: Lead
    episodes: tuple[Episode, ...] = ()

    @property
    def running(self) -> Episode | None:
        """The episode that waits for an answer, armed or not."""
        last = self.episodes[-1] if self.episodes else None
        return last if last is not None and last.stopped_at is None else None

    def with_last(self, episode: Episode) -> "Clocks":
        """The same with its last episode changed."""
        return replace(self, episodes=(*self.episodes[:-1], episode))


def unheard_of(fact: Fact[LeadFact]) -> Clocks:
    """A lead before its first fact; each fact names study, site and partner."""
    body = fact.body
    return Clocks(Lead(UUID(body.lead), body.study, body.site, body.partner, fact.is_test))


def hear(clocks: Clocks, fact: Fact[Any], settings: Settings) -> tuple[Clocks, Said]:
    """After one more fact. The first attempt in either direction answers the first-response clock; so do a close and
    a confirmed duplicate (lifecycle.md). A duplicate that is undone begins a new episode at that time.
    """
    lead = _after(replace(clocks.lead, version=fact.version), fact.body)
    clocks = replace(clocks, lead=lead)
    setting = settings(lead.study, lead.site)
    if lead.wants_first_response and clocks.running is None:
        return _begin(clocks, fact, setting)
    if not lead.wants_first_response and clocks.running is not None:
        episode, said = stop(clocks.running, _answer(fact.body), at=fact.time, setting=setting)
        return clocks.with_last(episode), said
    return clocks, []


def _after(lead: Lead, body: LeadFact) -> Lead:
    match body:
        case LeadOpened():
            return replace(lead, received_at=body.received_at)
        case OwnerAssigned():
            return replace(lead, owner=body.owner)
        case LeadWaiting():
            return replace(lead, owner=None)
        case AttemptRecorded():
            return replace(lead, attempted=True)
        case DuplicateDecided():
            return replace(lead, duplicate=body.primary is not None)
        case LeadClosed():
            return replace(lead, closed=True)
    return lead


def _answer(body: LeadFact) -> Answered:
    match body:
        case AttemptRecorded():
            return Answered.ATTEMPT
        case DuplicateDecided():
            return Answered.DUPLICATE
        case LeadClosed():
            return Answered.CLOSED
    return Answered.OTHER


def _begin(clocks: Clocks, fact: Fact[Any], setting: Setting) -> tuple[Clocks, Said]:
    lead, number = clocks.lead, len(clocks.episodes) + 1
    assert lead.received_at is not None
    began = lead.received_at if number == 1 else max(fact.time, lead.received_at)
    episode = Episode(lead.id, lead.study, lead.site, Clock.FIRST_RESPONSE, number, began)
    episode, said = judge(episode, setting)
    return replace(clocks, episodes=(*clocks.episodes, episode)), said
