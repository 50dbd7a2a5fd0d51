"""Times as people say them (pages.md, "Look"). Pure: values in, words out."""

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_UNITS: Final = (("day", 86_400), ("h", 3_600), ("min", 60))


def moment(at: datetime, zone: str) -> str:
    """`Mon 2 Mar 2026, 13:00 EST`: the exact local time with its zone; in UTC where nobody knows the zone."""
    local = at.astimezone(_zone(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M} {local.tzname()}"


def span(length: timedelta) -> str:
    """A length in its two largest units, rounded down: `2 h 5 min`, `3 days`, `under a minute`."""
    seconds = int(abs(length.total_seconds()))
    words: list[str] = []
    for unit, size in _UNITS:
        count, seconds = divmod(seconds, size)
        if count:
            words.append(f"{count} {unit}{'s' if unit == 'day' and count > 1 else ''}")
        elif words:
            break
    return " ".join(words[:2]) or "under a minute"


def due(at: datetime, *, now: datetime) -> str:
    """`due in 25 min`, `late by 2 h`, `due now`."""
    if abs(at - now) < timedelta(minutes=1):
        return "due now"
    return f"due in {span(at - now)}" if at > now else f"late by {span(now - at)}"


def ago(at: datetime, *, now: datetime) -> str:
    """`25 min ago`, `just now`; a time of another clock that lies ahead is just now."""
    return "just now" if now - at < timedelta(minutes=1) else f"{span(now - at)} ago"


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return UTC
