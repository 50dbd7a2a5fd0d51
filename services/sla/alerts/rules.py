"""Which alert there must be, for whom. Pure.

An episode that runs and has reached a level has one open alert of its highest level, for whoever is accountable: the
owner, or where nobody owns the lead whoever stands in at the site (R44). Everything else follows:

- the answer resolves every open alert of the episode;
- another owner gets the alert of the highest level, under the same id and with an intent of its own, whether or not
  the one before had acknowledged it: acknowledging is proof that *this* person has seen it (R19). The one before is
  released with `owner_changed`. A lower level is not raised again for the new owner.
- while nobody at all is accountable, the level stands without an alert and is raised when somebody is.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TypedDict
from uuid import UUID, uuid5

from contracts.alerts.facts import (
    AlertAcknowledged,
    AlertDelivered,
    AlertFact,
    AlertFailed,
    AlertRaised,
    AlertResolved,
)
from contracts.vocabulary import Answered, Clock, Level, NotifyChannel, SendFailure
from services.sla.clocks.rules.episode import Episode
from services.sla.clocks.rules.lead import Clocks


@dataclass(frozen=True, slots=True)
class Alert:
    """One level of one episode, as addressed to one staff member. At most one of an id is open."""

    id: UUID
    staff: str
    lead: UUID
    study: str
    site: str
    clock: Clock
    episode: int
    level: Level
    as_of: int
    """the lead's version it was judged on (P9)"""
    unconfirmed: bool
    is_test: bool
    raised_at: datetime
    acknowledged_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: Answered | None = None

    @property
    def open(self) -> bool:
        """Not over."""
        return self.resolved_at is None


@dataclass(slots=True)
class Settled:
    """What changes: alerts that are over now, alerts that are raised now."""

    resolved: list[Alert] = field(default_factory=list)
    raised: list[Alert] = field(default_factory=list)

    def said(self) -> list[AlertFact]:
        """The facts of it, the resolved first."""
        over = [AlertResolved(**_alert(alert), by=alert.resolved_by or Answered.OTHER) for alert in self.resolved]
        return [*over, *(AlertRaised(**_alert(alert), unconfirmed=alert.unconfirmed) for alert in self.raised)]


def alert_id(lead: UUID, clock: Clock, episode: int, level: Level) -> UUID:
    """The same for whoever it is addressed to, and in every replay."""
    return uuid5(lead, f"alert:{clock}:{episode}:{level}")


def settle(
    clocks: Clocks, alerts: Sequence[Alert], stand_in: str | None, *, at: datetime, unconfirmed: bool = False
) -> Settled:
    """The change from the open `alerts` of a lead to those there must be."""
    settled = Settled()
    accountable = clocks.lead.owner or stand_in
    episodes = {episode.number: episode for episode in clocks.episodes}
    kept: list[Alert] = []
    for alert in alerts:
        by = _over(alert, episodes.get(alert.episode), accountable)
        if by is None:
            kept.append(alert)
        else:
            judged = replace(alert, as_of=clocks.lead.version)
            settled.resolved.append(replace(judged, resolved_at=at, resolved_by=by))
    running = clocks.running
    if running is not None and running.level is not None and accountable is not None:
        number = alert_id(clocks.lead.id, running.clock, running.number, running.level)
        if number not in {alert.id for alert in kept}:
            settled.raised.append(_raised(clocks, running, running.level, accountable, at=at, unconfirmed=unconfirmed))
    return settled


def acknowledged(alert: Alert) -> AlertAcknowledged:
    """Its accountable person has seen it."""
    return AlertAcknowledged(**_alert(alert))


def delivered(alert: Alert, channel: NotifyChannel) -> AlertDelivered:
    """A channel took it."""
    return AlertDelivered(**_alert(alert), channel=channel)


def failed(alert: Alert, channel: NotifyChannel, failure: SendFailure) -> AlertFailed:
    """A channel will not take it."""
    return AlertFailed(**_alert(alert), channel=channel, failure=failure)


def _over(alert: Alert, episode: Episode | None, accountable: str | None) -> Answered | None:
    if episode is None or episode.stopped_at is not None:
        return (episode.ended_by if episode else None) or Answered.OTHER
    return Answered.OWNER_CHANGED if accountable is not None and accountable != alert.staff else None


def _raised(clocks: Clocks, episode: Episode, level: Level, staff: str, *, at: datetime, unconfirmed: bool) -> Alert:
    lead = clocks.lead
    return Alert(
        id=alert_id(lead.id, episode.clock, episode.number, level),
        staff=staff,
        lead=lead.id,
        study=lead.study,
        site=lead.site,
        clock=episode.clock,
        episode=episode.number,
        level=level,
        as_of=lead.version,
        unconfirmed=unconfirmed,
        is_test=lead.is_test,
        raised_at=at,
    )


class _Alert(TypedDict):
    lead: str
    study: str
    site: str
    clock: Clock
    episode: int
    alert: str
    level: Level
    staff: str
    as_of: int


def _alert(alert: Alert) -> _Alert:
    return {
        "lead": str(alert.lead),
        "study": alert.study,
        "site": alert.site,
        "clock": alert.clock,
        "episode": alert.episode,
        "alert": str(alert.id),
        "level": alert.level,
        "staff": alert.staff,
        "as_of": alert.as_of,
    }
