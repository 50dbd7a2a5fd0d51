"""The head of a fact on Kafka: what is written is read, and what cannot be read is said to be unreadable."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.envelope import FactHead, UnreadableHead, head_from, headers_of

GOOD: dict[str, bytes | None] = {
    "ce_specversion": b"1.0",
    "ce_id": b"63716dca-a3d6-5b80-a283-7a3b0830e9bf",
    "ce_type": b"baton.OwnerAssigned.v1",
    "ce_source": b"/routing",
    "ce_subject": b"0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d",
    "ce_time": b"2026-10-19T13:04:10.218433Z",
    "ce_keyversion": b"3",
    "ce_correlationid": b"0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d",
    "ce_causationid": b"4d42fdc7-b065-5ea8-bc00-ef799334b7c9",
    "ce_actor": b"system:routing",
    "ce_istest": b"false",
    "ce_ignorable": b"true",
    "traceparent": b"00-31d794fb29e050ffba088c820badf5e6-63716dcaa3d65b80-01",
    "content-type": b"application/json",
}
HEAD = FactHead(
    id=UUID("63716dca-a3d6-5b80-a283-7a3b0830e9bf"),
    type="baton.OwnerAssigned.v1",
    source="/routing",
    key="0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d",
    version=3,
    time=datetime(2026, 10, 19, 13, 4, 10, 218433, tzinfo=UTC),
    correlation=UUID("0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d"),
    causation=UUID("4d42fdc7-b065-5ea8-bc00-ef799334b7c9"),
    actor="system:routing",
    is_test=False,
    ignorable=True,
    traceparent="00-31d794fb29e050ffba088c820badf5e6-63716dcaa3d65b80-01",
)


def test_a_head_is_written_as_the_design_says() -> None:
    assert dict(headers_of(HEAD)) == GOOD


def test_the_design_s_headers_are_read() -> None:
    assert head_from(GOOD.items()) == HEAD


def test_headers_nobody_asked_for_are_passed_over() -> None:
    assert head_from([*GOOD.items(), ("ce_dataschema", b"x"), ("empty", None)]) == HEAD


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=200)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1, 1, 3), datetime(9999, 12, 29), timezones=zones)  # noqa: DTZ001 - hypothesis adds it
heads = st.builds(
    FactHead,
    id=st.uuids(),
    type=texts,
    source=texts,
    key=texts,
    version=st.integers(1, 2**63 - 1),
    time=moments,
    correlation=st.uuids(),
    causation=st.none() | st.uuids(),
    actor=texts,
    is_test=st.booleans(),
    ignorable=st.booleans(),
    traceparent=st.none() | texts,
)


@given(heads)
def test_every_head_comes_back_as_it_went(head: FactHead) -> None:
    assert head_from(headers_of(head)) == head


MANDATORY = sorted(GOOD.keys() - {"ce_specversion", "ce_causationid", "traceparent", "content-type"})


@pytest.mark.parametrize("name", MANDATORY)
@pytest.mark.parametrize("value", [None, b"\xff\xfe", b"a\0b"], ids=["null", "not UTF-8", "NUL"])
def test_a_head_with_a_broken_part_is_unreadable(name: str, value: bytes | None) -> None:
    with pytest.raises(UnreadableHead):
        head_from({**GOOD, name: value}.items())


@pytest.mark.parametrize("name", MANDATORY)
def test_a_head_without_a_part_is_unreadable(name: str) -> None:
    with pytest.raises(UnreadableHead):
        head_from((other, value) for other, value in GOOD.items() if other != name)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("ce_keyversion", b"0", id="version 0"),
        pytest.param("ce_keyversion", b"-1", id="version below 0"),
        pytest.param("ce_keyversion", b"1_0", id="version with a Python underscore"),
        pytest.param("ce_keyversion", b" 1", id="version with a space"),
        pytest.param("ce_keyversion", "\N{ARABIC-INDIC DIGIT ONE}".encode(), id="version in other digits"),
        pytest.param("ce_keyversion", b"9223372036854775808", id="version beyond a bigint"),
        pytest.param("ce_keyversion", b"9" * 5000, id="version of 5,000 digits"),
        pytest.param("ce_subject", b"", id="empty key"),
        pytest.param("ce_subject", b"k" * 201, id="key longer than a cursor row"),
        pytest.param("ce_time", b"2026-10-19T13:04:10", id="naive time"),
        pytest.param("ce_time", b"yesterday", id="no time"),
        pytest.param("ce_time", b"0001-01-01T00:00:00+14:00", id="time before the calendar"),
        pytest.param("ce_id", b"42", id="id is no UUID"),
        pytest.param("ce_correlationid", b"", id="empty correlation"),
        pytest.param("ce_causationid", b"the door", id="causation is no UUID"),
        pytest.param("ce_istest", b"True", id="a test mark spelt otherwise"),
        pytest.param("ce_ignorable", b"1", id="an ignorable mark spelt otherwise"),
    ],
)
def test_a_head_with_a_wrong_part_is_unreadable(name: str, value: bytes) -> None:
    with pytest.raises(UnreadableHead):
        head_from({**GOOD, name: value}.items())


def test_an_unreadable_head_does_not_repeat_what_stood_there() -> None:
    with pytest.raises(UnreadableHead) as caught:
        head_from({**GOOD, "ce_keyversion": b"+1 555 010 0199"}.items())
    assert "555" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert caught.value.__suppress_context__
