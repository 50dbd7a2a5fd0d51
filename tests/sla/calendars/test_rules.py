"""Business time: sentences worked out by hand, then every second of days when clocks change, looked at by an oracle."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.network.facts import CalendarDefined, OpenHours
from services.sla.calendars.rules import Calendar, NeverOpen, Opening, add, between, calendar_at
from tests.sla.calendars.oracle import Seconds, at, look_at_every_second

HOUR = 3600
NINE_TO_FIVE = tuple(Opening(day, 540, 1020) for day in range(5))

NEW_YORK = Calendar("America/New_York", NINE_TO_FIVE, frozenset({date(2026, 7, 3)}))
SPLIT = Calendar(
    "Europe/London", tuple(Opening(d, o, c) for d in range(5) for o, c in ((480, 720), (780, 1020))), frozenset()
)
NIGHTS = Calendar(
    "America/Phoenix", tuple(o for d in range(7) for o in (Opening(d, 1320, 1440), Opening(d, 0, 360))), frozenset()
)  # fmt: skip

BY_HAND = [
    ("within one day", NEW_YORK, "2026-03-02 09:30", 4 * HOUR, "2026-03-02 13:30"),
    ("before opening counts from opening", NEW_YORK, "2026-03-02 06:00", HOUR, "2026-03-02 10:00"),
    ("used up at closing time is due at closing time", NEW_YORK, "2026-03-02 16:00", HOUR, "2026-03-02 17:00"),
    ("a second more is due the next morning", NEW_YORK, "2026-03-02 16:00", HOUR + 1, "2026-03-03 09:00:01"),
    ("over the weekend", NEW_YORK, "2026-03-06 16:30", 4 * HOUR, "2026-03-09 12:30"),
    ("on a Saturday", NEW_YORK, "2026-03-07 12:00", HOUR, "2026-03-09 10:00"),
    ("a Friday holiday makes a long weekend", NEW_YORK, "2026-07-02 16:00", 2 * HOUR, "2026-07-06 10:00"),
    ("over a lunch break", SPLIT, "2026-03-02 11:00", 2 * HOUR, "2026-03-02 14:00"),
    ("over midnight, as two openings", NIGHTS, "2026-03-02 23:00", 3 * HOUR, "2026-03-03 02:00"),
    ("over the turn of the year", NEW_YORK, "2026-12-31 16:00", 2 * HOUR, "2027-01-01 10:00"),
    ("a week of business hours", NEW_YORK, "2026-03-02 09:00", 40 * HOUR, "2026-03-06 17:00"),
]


@pytest.mark.parametrize(
    ("calendar", "start", "seconds", "due"), [case[1:] for case in BY_HAND], ids=[c[0] for c in BY_HAND]
)
def test_a_deadline_as_a_coordinator_would_work_it_out(calendar: Calendar, start: str, seconds: int, due: str) -> None:
    zone = calendar.zone
    assert add(calendar, at(start, zone), seconds) == at(due, zone)
    assert between(calendar, at(start, zone), at(due, zone)) == seconds


def test_the_hour_that_is_left_out_is_not_worked() -> None:
    """New York, 8 March 2026: 02:00 is 03:00. Open 01:00 to 04:00 is two hours that night."""
    calendar = Calendar("America/New_York", (Opening(6, 60, 240),), frozenset())
    assert between(calendar, at("2026-03-08 00:00", calendar.zone), at("2026-03-08 05:00", calendar.zone)) == 2 * HOUR
    assert between(calendar, at("2026-03-15 00:00", calendar.zone), at("2026-03-15 05:00", calendar.zone)) == 3 * HOUR


def test_an_opening_in_the_left_out_hour_opens_at_the_next_valid_minute() -> None:
    calendar = Calendar("America/New_York", (Opening(6, 151, 240),), frozenset())
    assert add(calendar, at("2026-03-08 00:00", calendar.zone), 60) == at("2026-03-08 03:01", calendar.zone)


def test_a_closing_time_that_comes_twice_is_its_first() -> None:
    """New York, 1 November 2026: 01:30 comes twice."""
    calendar = Calendar("America/New_York", (Opening(6, 0, 90),), frozenset())
    assert between(calendar, at("2026-11-01 00:00", calendar.zone), at("2026-11-01 06:00", calendar.zone)) == 90 * 60
    assert add(calendar, at("2026-11-01 00:00", calendar.zone), 5400) == at("2026-11-01 01:30", calendar.zone, fold=0)


def test_a_day_that_a_zone_left_out_has_no_opening() -> None:
    """Apia had no 30 December 2011."""
    calendar = Calendar("Pacific/Apia", tuple(Opening(day, 540, 1020) for day in range(7)), frozenset())
    assert between(calendar, at("2011-12-29 00:00", calendar.zone), at("2012-01-01 00:00", calendar.zone)) == 16 * HOUR


def test_always_open_counts_every_second_and_looks_at_nothing_else() -> None:
    said = CalendarDefined(
        calendar="always",
        hours=(OpenHours(weekday=0, opens="09:00", closes="10:00"),),
        holidays=(date(2026, 3, 8),),
        always_open=True,
    )
    calendar = calendar_at(said, "America/New_York")
    assert calendar is not None
    start = at("2026-03-08 00:30", calendar.zone)
    assert add(calendar, start, 7200) == start + timedelta(hours=2)
    assert between(calendar, start, start + timedelta(hours=2)) == 7200


def test_a_calendar_that_never_opens_has_no_deadline() -> None:
    with pytest.raises(NeverOpen):
        add(Calendar("Europe/London", (), frozenset()), at("2026-03-02 09:00"), 1)


def test_an_end_before_the_start_is_no_time() -> None:
    assert between(NEW_YORK, at("2026-03-03 12:00"), at("2026-03-02 12:00")) == 0


def test_a_zone_nobody_knows_gives_no_calendar() -> None:
    assert calendar_at(CalendarDefined(calendar="weekdays", hours=()), "Mars/Olympus") is None


def test_overlapping_openings_count_once() -> None:
    calendar = Calendar("UTC", (Opening(0, 540, 720), Opening(0, 600, 660), Opening(0, 700, 780)), frozenset())
    assert between(calendar, at("2026-03-02 00:00"), at("2026-03-03 00:00")) == 4 * HOUR


DAYS = [
    ("America/New_York", "2026-03-08 00:00", "clocks go forward"),
    ("America/New_York", "2026-11-01 00:00", "clocks go back"),
    ("Europe/London", "2026-03-29 00:00", "clocks go forward"),
    ("Europe/London", "2026-10-25 00:00", "clocks go back"),
    ("Australia/Sydney", "2026-04-05 00:00", "clocks go back"),
    ("Australia/Sydney", "2026-10-04 00:00", "clocks go forward"),
    ("Australia/Lord_Howe", "2026-10-04 00:00", "half an hour is left out"),
    ("America/Phoenix", "2026-03-08 00:00", "no change of clocks"),
    ("Atlantic/Azores", "2026-10-25 00:00", "midnight comes twice"),
]
WINDOW = 30 * HOUR


@st.composite
def openings(draw: st.DrawFn) -> tuple[Opening, ...]:
    """Several openings a day on every day, at any minute, midnight and 24:00 included."""
    found = []
    for day in range(7):
        edges = sorted(draw(st.sets(st.integers(0, 1440), max_size=6)))
        found += [Opening(day, opens, closes) for opens, closes in list(pairwise(edges))[::2]]
    return tuple(found)


@pytest.mark.parametrize(("zone", "day"), [case[:2] for case in DAYS], ids=[f"{c[0]}, {c[2]}" for c in DAYS])
@settings(max_examples=6, deadline=None, derandomize=True)
@given(openings=openings(), holiday=st.integers(0, 8), data=st.data())
def test_every_second_around_a_change_of_clocks_agrees_with_the_wall_clock(
    zone: str, day: str, openings: tuple[Opening, ...], holiday: int, data: st.DataObject
) -> None:
    begins = at(day, zone)
    holidays = frozenset({date.fromisoformat(day[:10]) + timedelta(days=holiday)}) if holiday < 2 else frozenset()
    calendar = Calendar(zone, openings, holidays)
    seconds = look_at_every_second(calendar, begins, WINDOW)
    for _ in range(20):
        first, last = sorted(data.draw(st.tuples(st.integers(0, WINDOW), st.integers(0, WINDOW))))
        start, end = begins + timedelta(seconds=first), begins + timedelta(seconds=last)
        assert between(calendar, start, end) == seconds.between(start, end)
        _same_deadline(calendar, seconds, start, data.draw(st.integers(1, 12 * HOUR)))


def _same_deadline(calendar: Calendar, seconds: Seconds, start: datetime, amount: int) -> None:
    due = seconds.add(start, amount)
    if due is not None:
        assert add(calendar, start, amount) == due


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    zone=st.sampled_from(
        ["America/New_York", "America/Phoenix", "Australia/Sydney", "Europe/London", "Asia/Kathmandu"]
    ),
    openings=openings(),
    start=st.integers(1_735_689_600, 1_830_297_600),  # 2025 to 2027
    amount=st.integers(1, 60 * 8 * HOUR),
)
def test_adding_and_measuring_undo_each_other_all_year_round(
    zone: str, openings: tuple[Opening, ...], start: int, amount: int
) -> None:
    calendar, begins = Calendar(zone, (*openings, Opening(2, 600, 660)), frozenset()), at("1970-01-01 00:00")
    began = begins + timedelta(seconds=start)
    due = add(calendar, began, amount)
    assert between(calendar, began, due) == amount
    assert between(calendar, began, due - timedelta(seconds=1)) == amount - 1
