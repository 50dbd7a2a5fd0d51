"""What a policy asks of a clock, in moments."""

from dataclasses import dataclass
from datetime import datetime

from contracts.network.facts import ClockRule
from services.sla.calendars.rules import Calendar, NeverOpen, add


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When a clock is measured, when its owner is warned, when it is missed (R42, R43)."""

    target_at: datetime
    warn_at: datetime
    breach_at: datetime


def deadlines_for(rule: ClockRule, calendar: Calendar, *, started_at: datetime) -> Deadlines | None:
    """The deadlines of a clock that runs since `started_at`; None on a calendar that never opens."""
    try:
        return Deadlines(
            add(calendar, started_at, rule.target_seconds),
            add(calendar, started_at, rule.warn_seconds),
            add(calendar, started_at, rule.breach_seconds),
        )
    except NeverOpen:
        return None
