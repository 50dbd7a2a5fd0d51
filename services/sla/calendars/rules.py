"""Business time: when a site is open, and sums over that. Pure, in UTC, exact to the microsecond.

Ends of local openings become UTC once: a time that a change of clocks leaves out is the next valid minute, one that
comes twice is the first. `24:00` is the end of a local day, so a shift over midnight is two openings.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.network.facts import CalendarDefined

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
_MINUTE: Final = timedelta(minutes=1)
_DAY: Final = timedelta(days=1)
_SECOND: Final = 1_000_000
"""Ticks of a second."""

_LONGEST_GAP: Final = 48 * 60
"""Minutes; the longest a zone ever left out was a day (Apia, 2011)."""

YEARS: Final = 10
"""How far ahead a deadline is looked for; a calendar without an opening in ten years has none."""


class NeverOpen(ValueError):
    """The calendar has not enough open time within `YEARS` years."""


@dataclass(frozen=True, slots=True)
class Opening:
    """One opening of a week: `weekday` 0 is Monday; minutes of the local day, 1440 is its end."""

    weekday: int
    opens: int
    closes: int


@dataclass(frozen=True, slots=True)
class Calendar:
    """When one site is open: a calendar in a zone. `always` makes every second count."""

    zone: str
    openings: tuple[Opening, ...]
    holidays: frozenset[date]
    always: bool = False


@dataclass(frozen=True, slots=True)
class _Year:
    """The openings of one local year in ticks since 1970, apart from each other; `before[i]` is open time before i."""

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    before: tuple[int, ...]
    total: int

    def elapsed(self, tick: int) -> int:
        """Open time of this year up to a moment."""
        i = bisect_right(self.starts, tick) - 1
        return 0 if i < 0 else self.before[i] + min(tick, self.ends[i]) - self.starts[i]

    def reached(self, open_time: int) -> int:
        """The first moment with so much open time behind it; 0 < open_time <= total."""
        i = bisect_left(self.before, open_time) - 1
        return self.starts[i] + open_time - self.before[i]


def calendar_at(said: CalendarDefined, zone: str) -> Calendar | None:
    """A calendar in a site's zone; None for a zone this release's time zone data does not know."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError):
        return None
    openings = tuple(Opening(hours.weekday, _minutes(hours.opens), _minutes(hours.closes)) for hours in said.hours)
    return Calendar(zone, openings, frozenset(said.holidays), said.always_open)


def add(calendar: Calendar, start: datetime, seconds: int) -> datetime:
    """The first moment by which the calendar was open for `seconds` (more than 0) after `start`.

    An amount that is used up exactly at closing time is due at closing time, not at the next opening.

    Raises:
        NeverOpen: there is not that much open time within ten years.
    """
    if calendar.always:
        return start + timedelta(seconds=seconds)
    tick, left = _ticks(start), seconds * _SECOND
    first = _local_year(calendar, start)
    for number in range(first, first + YEARS):
        year = _year(calendar, number)
        passed = year.elapsed(tick)
        if left <= year.total - passed:
            return _EPOCH + year.reached(passed + left) * _TICK
        left -= year.total - passed
    raise NeverOpen


def between(calendar: Calendar, start: datetime, end: datetime) -> int:
    """Whole open seconds from `start` to `end`; 0 when the end is not after the start."""
    if end <= start:
        return 0
    if calendar.always:
        return (end - start) // timedelta(seconds=1)
    first, last = _ticks(start), _ticks(end)
    numbers = range(_local_year(calendar, start), _local_year(calendar, end) + 1)
    years = [_year(calendar, number) for number in numbers]
    return sum(year.elapsed(last) - year.elapsed(first) for year in years) // _SECOND


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)


def _ticks(at: datetime) -> int:
    return (at - _EPOCH) // _TICK


def _local_year(calendar: Calendar, at: datetime) -> int:
    return at.astimezone(ZoneInfo(calendar.zone)).year


@lru_cache(maxsize=2048)
def _year(calendar: Calendar, number: int) -> _Year:
    """One local year, expanded once a process: some 260 intervals, a few milliseconds."""
    spans: list[tuple[int, int]] = []
    for start, end in sorted(_spans(calendar, number)):
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], end))
        elif start < end:
            spans.append((start, end))
    sums = [0, *accumulate(end - start for start, end in spans)]
    return _Year(tuple(s for s, _ in spans), tuple(e for _, e in spans), tuple(sums[:-1]), sums[-1])


def _spans(calendar: Calendar, number: int) -> Iterator[tuple[int, int]]:
    zone = ZoneInfo(calendar.zone)
    day = date(number, 1, 1)
    while day.year == number:
        if day not in calendar.holidays:
            for opening in calendar.openings:
                if opening.weekday == day.weekday():
                    yield _instant(zone, day, opening.opens), _instant(zone, day, opening.closes)
        day += _DAY


def _instant(zone: ZoneInfo, day: date, minute: int) -> int:
    """A local time as a moment: the first of two, the next valid minute where there is none."""
    local = datetime.combine(day, time()) + minute * _MINUTE
    for _ in range(_LONGEST_GAP):
        moment = local.replace(tzinfo=zone, fold=0).astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == local:
            return _ticks(moment)
        local += _MINUTE
    raise ValueError("a zone without this day")
