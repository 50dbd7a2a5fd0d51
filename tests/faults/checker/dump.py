"""All tables in one read-only REPEATABLE READ transaction at rest, streamed; of the big ones what a law needs."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, cast, overload

import psycopg
from psycopg import sql
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.types.string import TextLoader

from tests.faults.world import SERVICES

_AT_ONCE: Final = 20_000

_SHARED: Final = frozenset({"lead", "key", "duplicate_of", "alert", "text"})
"""Columns whose values come again in other rows, besides those of the types text and name."""

_HEAD: Final = (
    "decode(md5(concat_ws('|', type, headers->>'source', headers->>'correlation', "
    "coalesce(headers->>'causation', ''), headers->>'actor', headers->>'is_test', headers->>'ignorable', "
    "to_char(at at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'))), 'hex')"
)

NARROWED: Final[Mapping[str, str]] = {
    "outbox": f"fact, shard, stream, key, version, type, sent_at is not null as sent, held, body is null as blank, "
    f"decode(md5(body), 'hex') as body_md5, {_HEAD} as head_md5",
    "journal": "stream, key, version, shard, id, type, at, is_test, decode(md5(body::text), 'hex') as body_md5",
    "vault": "lead, partner, study, site, key_id, array_remove(array["
    + ", ".join(
        f"case when {column} is not null then '{column}' end"
        for column in ("given_name", "family_name", "birth", "phone", "email", "postcode", "external_id")
    )
    + "], null) as sealed",
    "idempotency": "client, state, status, refused, convert_from(body, 'UTF8') as body, created",
    "timer_ledger": "kind, sum(created)::bigint as created, sum(fired)::bigint as fired, "
    "sum(cancelled)::bigint as cancelled",
    "parked": "stream, key, version, topic, partition, \"offset\", why, error, head->>'ce_id' as id, attempts",
}
"""What is kept of the big tables. `head_md5` is over what the headers of the record must say (`laws.both_ways`)."""

_GROUPED: Final[Mapping[str, str]] = {"timer_ledger": " group by kind"}

_TABLES: Final = """
select relname from pg_class where relnamespace = to_regnamespace(%s) and relkind in ('r', 'p') and not relispartition
order by relname
"""

Tables = dict[str, Sequence[Mapping[str, Any]]]


class Row(Mapping[str, Any]):
    """One row: a view of a tuple."""

    __slots__ = ("_places", "_values")

    def __init__(self, places: Mapping[str, int], values: tuple[Any, ...]) -> None:
        self._places, self._values = places, values

    def __getitem__(self, column: str) -> Any:
        return self._values[self._places[column]]

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


class Rows(Sequence[Mapping[str, Any]]):
    """Rows of a table as tuples; a view is made of one when it is looked at."""

    def __init__(self, columns: Sequence[str]) -> None:
        self._places = {column: place for place, column in enumerate(columns)}
        self._kept: list[tuple[Any, ...]] = []

    def extend(self, rows: Sequence[tuple[Any, ...]]) -> None:
        """More of them."""
        self._kept.extend(rows)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> list[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | list[Row]:
        if isinstance(at, slice):
            return [Row(self._places, values) for values in self._kept[at]]
        return Row(self._places, self._kept[at])

    def __iter__(self) -> Iterator[Row]:
        places = self._places
        for values in self._kept:
            yield Row(places, values)

    def __len__(self) -> int:
        return len(self._kept)


class Day(Loader):
    """A date; what Python has no date for (`-infinity`) stays text."""

    def load(self, data: Buffer) -> date | str:
        """As PostgreSQL writes it."""
        written = bytes(data).decode()
        try:
            return date.fromisoformat(written)
        except ValueError:
            return written


def connect(url: str) -> "psycopg.Connection[tuple[Any, ...]]":
    """As PostgreSQL's administrator, in UTC, ids as text."""
    connection = psycopg.connect(url.replace("+asyncpg", ""), connect_timeout=10, options="-c timezone=UTC")
    connection.adapters.register_loader("uuid", TextLoader)
    connection.adapters.register_loader("date", Day)
    return connection


def dump(url: str, schemas: Sequence[str] = SERVICES) -> Tables:
    """`routing.lead` -> its rows, all tables of these schemas as of one moment."""
    tables: Tables = {}
    shared: dict[str, str] = {}
    with connect(url) as connection:
        connection.execute("set transaction isolation level repeatable read read only")
        for schema in schemas:
            for (name,) in connection.execute(_TABLES, [schema]).fetchall():
                tables[f"{schema}.{name}"] = _rows(connection, schema, name, shared)
    return tables


def _rows(
    connection: "psycopg.Connection[tuple[Any, ...]]", schema: str, name: str, shared: dict[str, str]
) -> Sequence[Mapping[str, Any]]:
    query = sql.SQL("select {} from {}{}").format(
        sql.SQL(cast("Any", NARROWED.get(name, "*"))),
        sql.Identifier(schema, name),
        sql.SQL(cast("Any", _GROUPED.get(name, ""))),
    )
    with connection.cursor("dump") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(query)
        described = cursor.description or []
        rows = Rows([column.name for column in described])
        again = [place for place, column in enumerate(described) if _comes_again(column.name, column.type_code)]
        while taken := cursor.fetchmany(_AT_ONCE):
            rows.extend([_thrifty(row, again, shared) for row in taken] if again else taken)
    return rows


def _comes_again(name: str, type_code: int) -> bool:
    return name in _SHARED or type_code in (psycopg.adapters.types["text"].oid, psycopg.adapters.types["name"].oid)


def _thrifty(row: tuple[Any, ...], again: Sequence[int], shared: dict[str, str]) -> tuple[Any, ...]:
    """The same row, texts that were met before being the same object."""
    values = list(row)
    for place in again:
        value = values[place]
        if value is not None:
            values[place] = shared.setdefault(value, value)
    return tuple(values)
