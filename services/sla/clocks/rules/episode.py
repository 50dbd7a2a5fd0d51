"""One run of one clock, from its start to what answered it. Inputs are kept, deadlines and sums are derived."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID

from contracts.alerts.facts import DeadlineEnded, DeadlineMissed, DeadlineSet, DeadlineWarned
from contracts.network.facts import ClockRule
from contracts.vocabulary import Answered, Clock, Level
from services.sla.calendars.rules import Calendar, between
from services.sla.policies.rules import Deadlines, deadlines_for

Said = list[DeadlineSet | DeadlineEnded | DeadlineWarned | DeadlineMissed]


@dataclass(frozen=True, slots=True)
class Basis:
    """Which state of the network an episode was judged on; version 0 is "not heard of yet"."""

    policy: str | None = None
    calendar: str | None = None
    study_version: int = 0
    site_version: int = 0
    policy_version: int = 0
    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class Setting:
    """What the network says about a study at a site: targets and opening times, None where not known yet."""

    basis: Basis
    rule: ClockRule | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True, slots=True)
class Episode:
    """One run of one clock of one lead. `deadlines` are missing until the network says enough."""

    lead: UUID
    study: str
    site: str
    clock: Clock
    number: int
    """1, 2, 3, ... of this clock and lead"""
    started_at: datetime
    stopped_at: datetime | None = None
    ended_by: Answered | None = None
    basis: Basis = Basis()
    deadlines: Deadlines | None = None
    level: Level | None = None
    """the highest level it reached while it ran"""
    business_seconds: int | None = None
    within_target: bool | None = None

    @property
    def state(self) -> str:
        """`running`, `ended` (answered and measured), or `unarmed`: the network does not say enough to go on yet."""
        if self.business_seconds is not None:
            return "ended"
        return "running" if self.deadlines is not None and self.stopped_at is None else "unarmed"

    @property
    def next_due(self) -> datetime | None:
        """When its timer fires next; None when it does not run, or has nothing left to say."""
        if self.deadlines is None or self.stopped_at is not None:
            return None
        return {None: self.deadlines.warn_at, Level.WARNING: self.deadlines.breach_at}.get(self.level)


def stop(episode: Episode, by: Answered, *, at: datetime, setting: Setting) -> tuple[Episode, Said]:
    """What answered it, when: times of another service's clock, so never before the start. Only the first counts."""
    if episode.stopped_at is not None:
        return episode, []
    return judge(replace(episode, stopped_at=max(at, episode.started_at), ended_by=by), setting)


def judge(episode: Episode, setting: Setting) -> tuple[Episode, Said]:
    """Arm, re-time or measure an episode by what the network says now.

    Levels it reached stay reached, what was measured stays as it was. While the network does not say enough, a
    running episode keeps the deadlines it has.
    """
    if episode.state == "ended":
        return episode, []
    episode = replace(episode, basis=setting.basis)
    if setting.rule is None or setting.calendar is None:
        return episode, []
    deadlines = deadlines_for(setting.rule, setting.calendar, started_at=episode.started_at)
    if deadlines is None:
        return episode, []
    said: Said = []
    if deadlines != episode.deadlines:
        episode = replace(episode, deadlines=deadlines)
        said.append(
            DeadlineSet(
                **_which(episode),
                target_at=deadlines.target_at,
                warn_at=deadlines.warn_at,
                breach_at=deadlines.breach_at,
            )
        )
    if episode.stopped_at is None or (by := episode.ended_by) is None:
        return episode, said
    seconds = between(setting.calendar, episode.started_at, episode.stopped_at)
    within = seconds <= setting.rule.target_seconds
    episode = replace(episode, business_seconds=seconds, within_target=within)
    said.append(DeadlineEnded(**_which(episode), by=by, business_seconds=seconds, within_target=within))
    return episode, said


def reach(episode: Episode, *, at: datetime) -> tuple[Episode, Said]:
    """The next level, if its time has come; nothing for an episode that was answered or re-timed meanwhile."""
    if episode.next_due is None or episode.next_due > at:
        return episode, []
    if episode.level is None:
        return replace(episode, level=Level.WARNING), [DeadlineWarned(**_which(episode))]
    return replace(episode, level=Level.BREACH), [DeadlineMissed(**_which(episode))]


class _Which(TypedDict):
    lead: str
    study: str
    site: str
    clock: Clock
    episode: int


def _which(episode: Episode) -> _Which:
    return {
        "lead": str(episode.lead),
        "study": episode.study,
        "site": episode.site,
        "clock": episode.clock,
        "episode": episode.number,
    }
