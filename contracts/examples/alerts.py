"""One clock of the example lead, and the alert it gave."""

from datetime import timedelta
from typing import Final, TypedDict

from contracts.alerts.facts import (
    AlertAcknowledged,
    AlertDelivered,
    AlertFailed,
    AlertRaised,
    AlertResolved,
    DeadlineEnded,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
)
from contracts.envelope import FactBody
from contracts.examples.said import ALERT, LEAD, MONDAY, Example, said
from contracts.vocabulary import Answered, Clock, Level, NotifyChannel, SendFailure


class _Which(TypedDict):
    lead: str
    study: str
    site: str
    clock: Clock
    episode: int


class _Alert(_Which):
    alert: str
    level: Level
    staff: str
    as_of: int


_CLOCK: Final = _Which(lead=LEAD, study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=1)
_WARNING: Final = _Alert(**_CLOCK, alert=ALERT, level=Level.WARNING, staff="ines", as_of=5)


def _on(version: int, name: str, body: FactBody, *, minutes: int, by: str = "system:sla") -> Example:
    return said(name, body, actor=by, after=timedelta(minutes=minutes), version=version)


ALERT_EXAMPLES: Final = (
    _on(
        1,
        "first-response",
        DeadlineSet(
            **_CLOCK,
            target_at=MONDAY + timedelta(hours=1),
            warn_at=MONDAY + timedelta(hours=3),
            breach_at=MONDAY + timedelta(hours=4),
        ),
        minutes=0,
    ),
    _on(2, "first-response", DeadlineWarned(**_CLOCK), minutes=180),
    _on(3, "warning", AlertRaised(**_WARNING), minutes=180),
    _on(3, "routing-not-heard", AlertRaised(**_WARNING, unconfirmed=True), minutes=182),
    _on(4, "by-mail", AlertDelivered(**_WARNING, channel=NotifyChannel.MAIL), minutes=181),
    _on(
        4,
        "no-address",
        AlertFailed(**_WARNING, channel=NotifyChannel.MAIL, failure=SendFailure.NO_ADDRESS),
        minutes=181,
    ),
    _on(5, "by-its-link", AlertAcknowledged(**_WARNING), minutes=190, by="staff:ines"),
    _on(6, "first-response", DeadlineMissed(**_CLOCK), minutes=240),
    _on(
        7,
        "late",
        DeadlineEnded(**_CLOCK, by=Answered.ATTEMPT, business_seconds=14_712, within_target=False),
        minutes=245,
    ),
    _on(8, "answered", AlertResolved(**_WARNING, by=Answered.ATTEMPT), minutes=245),
)
