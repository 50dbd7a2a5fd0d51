"""Deadlines and alerts as sla records them, keyed by lead."""

from typing import Annotated

from pydantic import Field

from contracts.envelope import FactBody, Moment
from contracts.says import HEALTH_INFERRING, PLAIN, SLA, says
from contracts.shapes import LeadId, Minted, Slug
from contracts.streams import ALERTS
from contracts.vocabulary import Answered, Clock, Level, NotifyChannel, SendFailure


class _Deadline(FactBody):
    lead: Annotated[LeadId, says("names the lead in every service (R37)", by=SLA, data=PLAIN)]
    study: Annotated[Slug, says("study interest", by=SLA, data=HEALTH_INFERRING)]
    site: Annotated[Slug, says("whose desk", by=SLA, data=PLAIN)]
    clock: Annotated[Clock, says("which clock", by=SLA, data=PLAIN)]
    episode: Annotated[int, Field(ge=1), says("1, 2, 3, ... of this clock", by=SLA, data=PLAIN)]


class DeadlineSet(_Deadline, stream=ALERTS, key="lead"):
    """A clock runs, and when it warns and breaks (R42, R43)."""

    target_at: Annotated[Moment, says("what is measured", by=SLA, data=PLAIN)]
    warn_at: Annotated[Moment, says("when the owner is warned", by=SLA, data=PLAIN)]
    breach_at: Annotated[Moment, says("when it is missed", by=SLA, data=PLAIN)]


class DeadlineWarned(_Deadline, stream=ALERTS, key="lead"):
    """The warning time passed without an answer."""


class DeadlineMissed(_Deadline, stream=ALERTS, key="lead"):
    """The breach time passed without an answer."""


class DeadlineEnded(_Deadline, stream=ALERTS, key="lead"):
    """The clock stopped, and after how much business time (R51)."""

    by: Annotated[Answered, says("what answered it", by=SLA, data=PLAIN)]
    business_seconds: Annotated[int, Field(ge=0), says("open time it ran", by=SLA, data=PLAIN)]
    within_target: Annotated[bool, says("answered in the measured time", by=SLA, data=PLAIN)]


class _Alert(_Deadline):
    alert: Annotated[Minted, says("names the alert", by=SLA, data=PLAIN)]
    level: Annotated[Level, says("how far it went", by=SLA, data=PLAIN)]
    staff: Annotated[Slug, says("the one accountable person (R44)", by=SLA, data=PLAIN)]
    as_of: Annotated[int, Field(ge=0), says("the lead's version it was judged on (P9)", by=SLA, data=PLAIN)]


class AlertRaised(_Alert, stream=ALERTS, key="lead"):
    """One level of one episode, for one accountable staff member."""

    unconfirmed: Annotated[bool, says("routing was not heard; says so in its text (P9)", by=SLA, data=PLAIN)] = False


class AlertDelivered(_Alert, stream=ALERTS, key="lead"):
    """A channel took it."""

    channel: Annotated[NotifyChannel, says("how they were told", by=SLA, data=PLAIN)]


class AlertFailed(_Alert, stream=ALERTS, key="lead"):
    """A channel will not take it."""

    channel: Annotated[NotifyChannel, says("how they were to be told", by=SLA, data=PLAIN)]
    failure: Annotated[SendFailure, says("what to mend", by=SLA, data=PLAIN)]


class AlertAcknowledged(_Alert, stream=ALERTS, key="lead"):
    """The accountable person has seen it: proof of receipt, not of sending (R19)."""


class AlertResolved(_Alert, stream=ALERTS, key="lead"):
    """It is over: answered, closed, or the lead has another owner."""

    by: Annotated[Answered, says("what ended it", by=SLA, data=PLAIN)]


AlertFact = (
    DeadlineSet
    | DeadlineWarned
    | DeadlineMissed
    | DeadlineEnded
    | AlertRaised
    | AlertDelivered
    | AlertFailed
    | AlertAcknowledged
    | AlertResolved
)
