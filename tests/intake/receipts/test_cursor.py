"""A cursor goes out as text and comes back the same; any other text is none."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.receipts.rules.cursor import START, Cursor, NotACursor

MICROSECONDS = st.integers(min_value=0, max_value=253_000_000_000_000_000)


@given(MICROSECONDS, st.uuids())
def test_there_and_back(micros: int, id: UUID) -> None:
    at = START.at + timedelta(microseconds=micros)
    text = Cursor(at, id).text()
    assert len(text) <= 40
    assert Cursor.of(text) == Cursor(at, id)


@given(st.text(max_size=60))
def test_any_other_text_is_none(text: str) -> None:
    try:
        found = Cursor.of(text)
    except NotACursor:
        return
    assert found.text() == text


def test_the_start_is_before_everything() -> None:
    assert START.at < datetime(2020, 1, 1, tzinfo=UTC) - timedelta(days=1)
    with pytest.raises(NotACursor):
        Cursor.of("")
