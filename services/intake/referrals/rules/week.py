"""A route's weekly maximum: ISO weeks in UTC, so that every server counts the same ones."""

from datetime import UTC, date, datetime, time, timedelta


def week_of(at: datetime) -> date:
    """The Monday of the week."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def seconds_to_next(at: datetime) -> int:
    """Whole seconds until the next week begins, at least 1."""
    begins = datetime.combine(week_of(at) + timedelta(days=7), time(), UTC)
    return max(1, -int((at - begins).total_seconds() // 1))
