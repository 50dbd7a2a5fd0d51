"""The dump is one moment, everything of it, as plain values; and a row's digests are those of its record."""

import json
from datetime import UTC, datetime

import psycopg
import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.canonical import jsonb_md5
from tests.faults.checker.dump import Rows, connect, dump
from tests.faults.checker.index import head_md5, md5
from tests.place import Place

_OUTBOX = """
insert into routing.outbox (fact, shard, stream, key, version, type, at, headers, body, sent_at)
values (%(fact)s, 0, 'leads', %(key)s, 1, %(type)s, %(at)s, %(headers)s, %(body)s, now())
"""


@pytest.fixture
def administrator(fresh_place: Place) -> str:
    """A migrated database of this test's own."""
    return fresh_place.administrator


def test_every_table_is_there_without_its_parts(administrator: str) -> None:
    tables = dump(administrator)
    assert {"intake.vault", "routing.lead", "sla.clock", "reporting.tally", "reporting.outbox"} <= tables.keys()
    assert not [name for name in tables if "outbox_" in name]
    assert [row["shard"] for row in tables["sla.relay_lease"]] == list(range(12))


def test_an_outbox_row_has_the_digests_of_its_record(administrator: str) -> None:
    record = Story().say("leads", "k", "LeadOpened", {"lead": "k", "n": "\u00fc"})
    heads = record.headers
    headers: dict[str, object] = {"source": "/routing", "correlation": heads["ce_correlationid"], "causation": None}
    headers |= {"actor": heads["ce_actor"], "is_test": False, "ignorable": False}
    row = {"fact": heads["ce_id"], "key": "k", "type": heads["ce_type"], "at": heads["ce_time"]}
    with psycopg.connect(administrator.replace("+asyncpg", "")) as connection:
        connection.execute(_OUTBOX, row | {"headers": json.dumps(headers), "body": record.value})
    [found] = dump(administrator)["routing.outbox"]
    assert (found["fact"], found["key"], found["sent"], found["blank"]) == (heads["ce_id"], "k", True, False)
    assert (found["head_md5"], found["body_md5"]) == (head_md5(record), md5(record.value))


@pytest.mark.parametrize(
    "value",
    [
        {"lead": "x", "a": 1, "bb": [True, None, {"z": 1, "y": '\u00fc\n"\\'}], "at": "2026-01-01T00:00:00Z"},
        {"\u00fcb": 1, "abc": 2, "zz": 3, "a": {}},
        [],
    ],
)
def test_json_has_the_digest_that_postgresql_gives_it(administrator: str, value: object) -> None:
    with connect(administrator) as connection:
        [[digest]] = connection.execute("select decode(md5(%s::jsonb::text), 'hex')", [json.dumps(value)]).fetchall()
    assert jsonb_md5(value) == digest


def test_values_are_plain(administrator: str) -> None:
    told = "select gen_random_uuid(), '2026-01-01 00:00Z'::timestamptz, '-infinity'::date, '[1]'::jsonb, '\\x00'::bytea"
    with connect(administrator) as connection:
        [[uuid, at, day, body, sealed]] = connection.execute(told).fetchall()
    assert (len(uuid), at, day, body, sealed) == (36, datetime(2026, 1, 1, tzinfo=UTC), "-infinity", [1], b"\0")


def test_rows_are_views_of_what_is_kept() -> None:
    rows = Rows(["a", "b"])
    rows.extend([(1, 2), (3, 4)])
    assert [dict(row) for row in rows] == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert (len(rows), rows[1]["b"], [row["a"] for row in rows[:1]]) == (2, 4, [1])
