"""A lead's rows in Baton's own tables, written by COPY: what PostgreSQL takes the least time for."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from contracts.streams import partition_of
from tests.bench.floor.wire import Row, Wire
from tests.bench.place import Admin
from tests.bench.sample import Sample

_OWN_BYTES: Final = frozenset({"external_key", "content_key"})
_OWN_ID: Final = frozenset({"key_id"})
_MADE_BY_ITSELF: Final = {"intake.permission": "id", "routing.assignment": "id", "routing.match_token": "seq"}

_OUTBOX: Final = ("shard", "stream", "key", "version", "type", "at", "headers", "body")
_HEADERS: Final = (
    '{"source": "/intake", "correlation": "%s", "causation": null, "actor": "partner:quarrel", "is_test": false, '
    '"ignorable": false, "traceparent": null}'
)


@dataclass(frozen=True)
class Likeness:
    """Rows of one table like the sample's; `own` says which columns differ from lead to lead."""

    schema: str
    table: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]

    def of(self, lead: UUID, sample: UUID, tokens: Sequence[str]) -> list[tuple[Any, ...]]:
        """The rows of another lead."""
        return [
            tuple(
                self._value(column, value, lead, sample, tokens[n])
                for column, value in zip(self.columns, row, strict=True)
            )
            for n, row in enumerate(self.rows)
        ]

    def _value(self, column: str, value: Any, lead: UUID, sample: UUID, token: str) -> Any:
        if value == sample or column in _OWN_ID:
            return lead
        if column == "shard":
            return partition_of(str(lead))
        if column in _OWN_BYTES:
            return lead.bytes + lead.bytes
        return token if column == "value" else value


async def likenesses(admin: Admin, sample: Sample) -> dict[str, Likeness]:
    """By table, `schema.table`; PostgreSQL turns the sample's documents into values of the columns' types."""
    found = {}
    for name, documents in sample.rows.items():
        schema, _, table = name.partition(".")
        rows = [
            await admin.fetchrow(f"select (jsonb_populate_record(null::{name}, $1::jsonb)).*", _text(document))
            for document in documents
        ]
        present = [row for row in rows if row is not None]
        columns = tuple(column for column in present[0].keys() if column != _MADE_BY_ITSELF.get(name))  # noqa: SIM118 - a Record is no dict
        found[name] = Likeness(schema, table, columns, tuple(tuple(row[c] for c in columns) for row in present))
    return found


class Tables:
    """Writes many leads at once."""

    def __init__(self, likenesses: dict[str, Likeness], sample: Sample, wire: Wire) -> None:
        self._likenesses = likenesses
        self._sample = UUID(sample.lead)
        self._wire = wire

    async def write(self, admin: Admin, names: Sequence[str], leads: Sequence[UUID]) -> None:
        """These leads' rows in these tables: one statement a table."""
        for name in names:
            like = self._likenesses[name]
            rows = [row for lead in leads for row in like.of(lead, self._sample, self._tokens(lead, like))]
            await admin.copy_records_to_table(like.table, schema_name=like.schema, columns=like.columns, records=rows)

    async def say(self, admin: Admin, schema: str, rows: Sequence[Row], at: object) -> None:
        """Facts into an outbox: one statement."""
        records = [
            (row.shard, row.stream, row.key, row.version, "baton.Fact.v1", at, _HEADERS % row.key, row.body)
            for row in rows
        ]
        await admin.copy_records_to_table("outbox", schema_name=schema, columns=_OUTBOX, records=records)

    def _tokens(self, lead: UUID, like: Likeness) -> Sequence[str]:
        return self._wire.tokens(lead) if "value" in like.columns else ("",) * len(like.rows)


def _text(document: object) -> str:
    return json.dumps(document)
