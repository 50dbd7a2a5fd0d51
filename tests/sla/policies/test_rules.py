"""Deadlines of a policy: the typical one of `defaults.md`, worked out by hand."""

from contracts.network.facts import ClockRule
from services.sla.calendars.rules import Calendar, Opening
from services.sla.policies.rules import Deadlines, deadlines_for
from tests.sla.calendars.oracle import at

TYPICAL = ClockRule(target_seconds=3600, warn_seconds=10_800, breach_seconds=14_400)
CHICAGO = Calendar("America/Chicago", tuple(Opening(day, 540, 1020) for day in range(5)), frozenset())


def test_a_lead_of_a_friday_afternoon_is_due_on_friday_warned_and_missed_on_monday() -> None:
    found = deadlines_for(TYPICAL, CHICAGO, started_at=at("2026-03-06 15:00", CHICAGO.zone))
    assert found == Deadlines(
        target_at=at("2026-03-06 16:00", CHICAGO.zone),
        warn_at=at("2026-03-09 10:00", CHICAGO.zone),
        breach_at=at("2026-03-09 11:00", CHICAGO.zone),
    )


def test_a_calendar_that_never_opens_gives_none() -> None:
    assert deadlines_for(TYPICAL, Calendar("UTC", (), frozenset()), started_at=at("2026-03-06 15:00")) is None
