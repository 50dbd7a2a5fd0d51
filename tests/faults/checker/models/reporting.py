"""Reporting as a recount: what every fact adds to the aggregates."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from tests.faults.checker.models.facts import Fact, moment

BOUNDS: Final = (5, 15, 30, 60, 120, 240, 480, 960, 1440, 2400, 4800)
"""Business minutes: response times are told apart by the smallest of these they are within."""

_MONDAYS: Final[dict[int, date]] = {}
"""Of every day that was asked for: one object a week, however many facts."""

TOLD: Final = {
    "AlertRaised": "raised",
    "AlertDelivered": "delivered",
    "AlertFailed": "failed",
    "AlertAcknowledged": "acknowledged",
}

Cell = tuple[str, str, str, str, date, str]
"""(study, measure, site, partner, week, word); '' where a fact names none"""


@dataclass
class Recount:
    """The aggregates as the topics oblige them to be."""

    cells: Counter[Cell] = field(default_factory=Counter)

    def add(self, fact: Fact) -> None:
        """One more fact; of a test nothing counts (R21)."""
        if not fact.is_test:
            for cell, n in _counts(fact):
                self.cells[cell] += n


def week_of(at: datetime) -> date:
    """Its Monday, UTC."""
    day = at.toordinal()
    if day not in _MONDAYS:
        _MONDAYS[day] = date.fromordinal(day - (day + 6) % 7)
    return _MONDAYS[day]


def bound_of(seconds: int) -> str:
    """The bound a response is within."""
    return next((str(minutes) for minutes in BOUNDS if seconds <= minutes * 60), "over")


def _counts(fact: Fact) -> Iterator[tuple[Cell, int]]:
    body, week = fact.body, week_of(fact.time)
    match fact.type:
        case "ReferralReceived":
            yield _person(body, "movement", week_of(moment(body["received_at"])), "accepted"), 1
        case "MilestoneReached" if body["milestone"] != "accepted":
            yield _person(body, "movement", week_of(moment(body["received_at"])), body["milestone"]), 1
        case "ReferralRefused":
            where = (body.get("study") or "", "refused", body.get("site") or "", body["partner"])
            yield (*where, week, body["reason"]), 1
        case "LeadClosed":
            yield _person(body, "closed", week, body["group"]), 1
        case "BlockerRaised" | "BlockerCleared":
            yield _person(body, "blocked", date.min, body["kind"]), 1 if fact.type == "BlockerRaised" else -1
        case "DeadlineEnded":
            yield _site(body, "response", week, bound_of(body["business_seconds"])), 1
            yield _site(body, "deadline", week, "within_target" if body["within_target"] else "over_target"), 1
        case "DeadlineMissed":
            yield _site(body, "deadline", week, "missed"), 1
        case kind if kind in TOLD:
            yield _site(body, "alert", week, TOLD[kind]), 1


def _person(body: Mapping[str, Any], measure: str, week: date, word: str) -> Cell:
    return (body["study"], measure, body["site"], body["partner"], week, word)


def _site(body: Mapping[str, Any], measure: str, week: date, word: str) -> Cell:
    return (body["study"], measure, body["site"], "", week, word)
