"""ISO weeks in UTC."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.referrals.rules.week import seconds_to_next, week_of


@given(st.integers(1_577_836_800, 2_208_988_800), st.integers(0, 999_999))
def test_a_week_begins_on_its_iso_monday(second: int, microsecond: int) -> None:
    at = datetime.fromtimestamp(second, UTC).replace(microsecond=microsecond)
    year, week, _ = at.isocalendar()
    assert week_of(at) == date.fromisocalendar(year, week, 1)
    soon = at + timedelta(seconds=seconds_to_next(at))
    assert week_of(soon) == week_of(at) + timedelta(days=7)
    assert soon - datetime.combine(week_of(soon), datetime.min.time(), UTC) < timedelta(seconds=1)
