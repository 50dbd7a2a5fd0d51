"""What a hash is over, said once more without the code that makes it."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.audit.chain import Link, Row, first_hash, hash_of, is_out_of_time

AT = datetime(2026, 3, 2, 9, 30, 0, 5, tzinfo=UTC)
ROW = Row(UUID(int=7), AT, "staff:ines", "contact_revealed", "lead:1", "site/eastmere", '{"b": 1, "a": "x"}')


def test_a_hash_is_sha256_over_the_hash_before_the_place_and_every_field() -> None:
    start = hashlib.sha256(b'["baton.audit.chain.1","intake"]').digest()
    said = (
        f'["baton.audit.row.1","{start.hex()}",1,"00000000-0000-0000-0000-000000000007",'
        '"2026-03-02T09:30:00.000005+00:00","staff:ines","contact_revealed","lead:1","site/eastmere",{"a":"x","b":1}]'
    )
    assert first_hash("intake") == start
    assert hash_of(start, 1, ROW) == hashlib.sha256(said.encode()).digest()


@pytest.mark.parametrize(
    ("looked", "sealed", "is_out"),
    [
        (None, timedelta(0), False),
        (timedelta(seconds=60), timedelta(seconds=80), False),
        (timedelta(seconds=61), timedelta(seconds=80), True),
        (timedelta(seconds=-20), timedelta(seconds=1), False),
        (timedelta(seconds=-20), timedelta(microseconds=-1), True),
        (timedelta(days=-3), timedelta(days=2), False),
    ],
    ids=["first round", "seen a minute later", "not seen when it must have been", "usual", "from the future", "outage"],
)
def test_a_row_is_of_its_time(looked: timedelta | None, sealed: timedelta, is_out: bool) -> None:
    link = Link(1, ROW.id, b"", AT + sealed, None if looked is None else AT + looked)
    assert is_out_of_time(ROW, link) == is_out
