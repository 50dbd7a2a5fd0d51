"""A route's weekly maximum: ISO weeks in UTC, so that every server counts the same ones."""

from datetime import UTC, date, datetime, time, timedelta


def week_of(at: datetime) -> date:
    """The Monday of the week."""
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def next_week(at: datetime) -> datetime:
    """When the next week begins."""
    return datetime.combine(week_of(at) + timedelta(days=7), time(), UTC)


def seconds_to_next(at: datetime) -> int:
    """Whole seconds until the next week begins, at least 1."""
    return max(1, -int((at - next_week(at)).total_seconds() // 1))
