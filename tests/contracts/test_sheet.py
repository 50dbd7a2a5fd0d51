"""The privacy sheet shows every field that is said, who reads it and how long it is kept."""

from contracts.envelope import KNOWN
from contracts.sheet import kept, sheet
from contracts.store import Store
from contracts.streams import ALERTS, NETWORK, TOKENS


def rows() -> dict[tuple[str, str], tuple[str, tuple[str, ...], str]]:
    return {(row.fact, row.field): (row.data, row.recipients, row.kept) for row in sheet(KNOWN)}


def test_every_field_of_every_frozen_schema_is_there() -> None:
    shown = rows()
    store = Store()
    for written in store.types():
        schema = store.schema(written)
        assert schema is not None
        name = written.split(".")[1]
        assert {(name, field) for field in schema["properties"]} <= shown.keys()


def test_tokens_go_to_routing_only_and_for_hours() -> None:
    assert rows()["MatchTokens", "tokens"] == ("token", ("routing",), "20 hours")


def test_a_staff_address_is_kept_by_nobody_but_sla() -> None:
    assert rows()["StaffDefined", "email"] == ("staff_address", ("sla",), "for ever")


def test_how_long_a_stream_is_kept_is_said_in_words() -> None:
    assert [kept(one) for one in (NETWORK, TOKENS, ALERTS)] == ["for ever", "20 hours", "400 days"]
