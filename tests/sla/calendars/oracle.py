"""Business time the slow way: one look at the wall clock for every second. Nothing here is shared with the rules.

A site is open in a second when the furthest the wall clock has ever been lies in an opening of that local day: an hour
that comes twice counts its first coming (nothing opens or closes again in the second), a time that is left out is
passed in the moment the clock jumps over it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import accumulate
from zoneinfo import ZoneInfo

from services.sla.calendars.rules import Calendar

RUN_UP = 3 * 3600
"""Seconds before the window, so that the furthest the wall clock has been is right from its first second."""


@dataclass(frozen=True)
class Seconds:
    """Every second of a window: whether the site was open, and how many open ones lie before."""

    begins: datetime
    open: tuple[bool, ...]
    before: tuple[int, ...]

    def between(self, start: datetime, end: datetime) -> int:
        return self.before[self._index(end)] - self.before[self._index(start)]

    def add(self, start: datetime, seconds: int) -> datetime | None:
        """The first second by which so many open ones have passed; None when the window is too short."""
        wanted = self.before[self._index(start)] + seconds
        for index in range(self._index(start), len(self.before)):
            if self.before[index] >= wanted:
                return self.begins + timedelta(seconds=index)
        return None

    def _index(self, at: datetime) -> int:
        return int((at - self.begins).total_seconds())


def look_at_every_second(calendar: Calendar, begins: datetime, length: int) -> Seconds:
    """`length` seconds from `begins` (UTC, a whole second)."""
    open_at = {day: _open_seconds(calendar, day) for day in range(7)}
    flags = tuple(
        day not in calendar.holidays and second in open_at[day.weekday()]
        for day, second in _wall_clock(calendar.zone, begins, length)
    )
    return Seconds(begins, flags, (0, *accumulate(map(int, flags))))


def _open_seconds(calendar: Calendar, weekday: int) -> frozenset[int]:
    """Every second of a local day in which it is open."""
    own = [opening for opening in calendar.openings if opening.weekday == weekday]
    return frozenset(second for one in own for second in range(one.opens * 60, one.closes * 60))


@cache
def _wall_clock(zone: str, begins: datetime, length: int) -> list[tuple[date, int]]:
    """For every second: the furthest the wall clock has been, as a day and a second of it."""
    first, place, furthest = int(begins.timestamp()), ZoneInfo(zone), datetime.min  # noqa: DTZ901 - a wall clock
    seen: list[tuple[date, int]] = []
    for second in range(first - RUN_UP, first + length):
        furthest = max(furthest, datetime.fromtimestamp(second, place).replace(tzinfo=None))
        seen.append((furthest.date(), furthest.hour * 3600 + furthest.minute * 60 + furthest.second))
    return seen[RUN_UP:]


def at(text: str, zone: str = "UTC", fold: int = 0) -> datetime:
    """`2026-03-02 09:00` in a zone, as UTC."""
    local = datetime.combine(date.fromisoformat(text[:10]), time.fromisoformat(text[11:]))
    return local.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
