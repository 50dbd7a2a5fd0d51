"""Times as people say them."""

from datetime import UTC, datetime, timedelta

import pytest

from services.chassis.pages.words import ago, due, moment, span

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=59), "under a minute"),
        (timedelta(minutes=25, seconds=59), "25 min"),
        (timedelta(hours=2, minutes=5), "2 h 5 min"),
        (timedelta(hours=3), "3 h"),
        (timedelta(days=1, hours=4, minutes=9), "1 day 4 h"),
        (timedelta(days=3, minutes=9), "3 days"),
    ],
)
def test_a_span_is_said_in_its_two_largest_units(length: timedelta, words: str) -> None:
    assert span(length) == words


def test_before_and_after_a_deadline() -> None:
    assert due(NOW + timedelta(minutes=25), now=NOW) == "due in 25 min"
    assert due(NOW - timedelta(hours=2), now=NOW) == "late by 2 h"
    assert due(NOW + timedelta(seconds=30), now=NOW) == "due now"


def test_what_happened() -> None:
    assert ago(NOW - timedelta(minutes=3), now=NOW) == "3 min ago"
    assert ago(NOW + timedelta(minutes=3), now=NOW) == "just now"


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("America/New_York", "Mon 2 Mar 2026, 13:00 EST"),
        ("America/Phoenix", "Mon 2 Mar 2026, 11:00 MST"),
        ("Australia/Sydney", "Tue 3 Mar 2026, 05:00 AEDT"),
        ("Mars/Olympus", "Mon 2 Mar 2026, 18:00 UTC"),
    ],
)
def test_a_moment_is_said_in_the_sites_zone(zone: str, words: str) -> None:
    assert moment(NOW, zone) == words
