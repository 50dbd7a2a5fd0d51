"""What a fact counts for. Folding is adding: the order of keys and streams makes no difference (P11).

A referral belongs to the week it was received in, and stays there whatever happens later; weeks start on Monday, UTC
(docs/decisions/0006).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

from contracts.alerts.facts import (
    AlertAcknowledged,
    AlertDelivered,
    AlertFailed,
    AlertRaised,
    DeadlineEnded,
    DeadlineMissed,
)
from contracts.envelope import Fact
from contracts.leads.facts import BlockerCleared, BlockerRaised, LeadClosed, MilestoneReached
from contracts.referrals.facts import ReferralReceived, ReferralRefused
from contracts.vocabulary import Milestone


class Measure(StrEnum):
    """What is counted, and the decision it serves (R73)."""

    MOVEMENT = "movement"
    """people per milestone: where leads stop moving"""
    REFUSED = "refused"
    """hand-offs a door did not take, by reason: what a partner should mend"""
    RESPONSE = "response"
    """first responses by how long they took: whether the site keeps up"""
    DEADLINE = "deadline"
    """first responses within target, and missed: whether targets fit"""
    ALERT = "alert"
    """alerts by what became of them: whether people are reached"""
    BLOCKED = "blocked"
    """blockers that stand: who is to resolve them"""
    CLOSED = "closed"
    """people by kind of close reason: what to change about the source"""


COUNTED: Final = (
    ReferralReceived,
    ReferralRefused,
    MilestoneReached,
    LeadClosed,
    BlockerRaised,
    BlockerCleared,
    DeadlineEnded,
    DeadlineMissed,
    AlertRaised,
    AlertDelivered,
    AlertFailed,
    AlertAcknowledged,
)
"""The facts that count for something; a recount reads no other."""

NOWHERE: Final = ""
"""a study, site or partner that the fact does not name"""

BOUNDS: Final = (5, 15, 30, 60, 120, 240, 480, 960, 1440, 2400, 4800)
"""business minutes: the upper ends of the response times that are told apart"""


class Cell(NamedTuple):
    """One row of the aggregate table. A tuple: a summary and a fold make and hash thousands of them."""

    study: str
    measure: str
    site: str
    partner: str
    week: date
    word: str


def week_of(at: datetime) -> date:
    """The Monday, UTC, of the week an instant lies in (ISO 8601)."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def bound_of(business_seconds: int) -> str:
    """The smallest bound a response time is within, or `over`."""
    return next((str(bound) for bound in BOUNDS if business_seconds <= bound * 60), "over")


def fold(facts: Iterable[Fact[Any]]) -> Counter[Cell]:
    """What these facts add to the aggregates; test traffic adds nothing (R21)."""
    added: Counter[Cell] = Counter()
    for fact in facts:
        if not fact.is_test and type(fact.body) in COUNTED:
            for cell, n in _counts(fact):
                added[cell] += n
    return added


def _counts(fact: Fact[Any]) -> Iterator[tuple[Cell, int]]:
    body, week = fact.body, week_of(fact.time)
    match body:
        case ReferralReceived():
            yield _person(body, Measure.MOVEMENT, week_of(body.received_at), Milestone.ACCEPTED), 1
        case MilestoneReached() if body.milestone is not Milestone.ACCEPTED:
            yield _person(body, Measure.MOVEMENT, week_of(body.received_at), body.milestone), 1
        case ReferralRefused():
            named = (body.study or NOWHERE, Measure.REFUSED, body.site or NOWHERE, body.partner)
            yield Cell(*named, week, body.reason), 1
        case LeadClosed():
            yield _person(body, Measure.CLOSED, week, body.group), 1
        case BlockerRaised() | BlockerCleared():
            standing = 1 if isinstance(body, BlockerRaised) else -1
            yield _person(body, Measure.BLOCKED, date.min, body.kind), standing
        case DeadlineEnded():
            yield _site(body, Measure.RESPONSE, week, bound_of(body.business_seconds)), 1
            yield _site(body, Measure.DEADLINE, week, "within_target" if body.within_target else "over_target"), 1
        case DeadlineMissed():
            yield _site(body, Measure.DEADLINE, week, "missed"), 1
        case AlertRaised() | AlertDelivered() | AlertFailed() | AlertAcknowledged():
            yield _site(body, Measure.ALERT, week, type(body).__name__.removeprefix("Alert").lower()), 1


def _person(body: Any, measure: Measure, week: date, word: str) -> Cell:
    return Cell(body.study, measure, body.site, body.partner, week, word)


def _site(body: Any, measure: Measure, week: date, word: str) -> Cell:
    return Cell(body.study, measure, body.site, NOWHERE, week, word)
