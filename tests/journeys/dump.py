"""What a service holds, in one canonical form: every domain table, rows sorted, what no order may change left in.

Bookkeeping of the machinery (outbox, cursors, positions, ...) is left out; what a table may hold otherwise after
another order of arrival is named here column by column, each with its reason.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

import asyncpg

BOOKKEEPING: Final = {
    *("head", "outbox", "relay_lease", "relay_member"),
    *("reader", "reader_cursor", "reader_position", "parked", "unreadable", "heard"),
    *("timer_ledger", "idempotency", "audit", "audit_link", "chassis_version", "service_version"),
    *("test_clock", "changed_item"),
}

_BLANK: Final = "-"

Dump = dict[str, list[str]]
"""table -> its rows as JSON texts, sorted"""


async def tables(admin: "asyncpg.Connection[asyncpg.Record]", schema: str) -> list[str]:
    """The tables of a schema, without the parts of partitioned ones."""
    rows = await admin.fetch(
        "select relname from pg_class where relnamespace = $1::text::regnamespace and relkind in ('r', 'p') "
        "and not relispartition order by relname",
        schema,
    )
    return [row["relname"] for row in rows]


async def domain(
    admin: "asyncpg.Connection[asyncpg.Record]", schema: str, *, without: Mapping[str, set[str]] | None = None
) -> Dump:
    """Every domain table of a schema. `without`: columns that are blanked, by table."""
    dumped: Dump = {}
    for table in await tables(admin, schema):
        if table not in BOOKKEEPING:
            rows = await admin.fetch(f'select to_jsonb(t)::text as row from {schema}."{table}" as t')
            hidden = (without or {}).get(table, set())
            dumped[table] = sorted(_canonical(json.loads(row["row"]), hidden) for row in rows)
    return dumped


def differences(one: Dump, other: Dump) -> list[str]:
    """Rows that only one of two dumps has; empty when they are equal."""
    found = []
    for table in sorted(one.keys() | other.keys()):
        ours, theirs = one.get(table, []), other.get(table, [])
        found += [f"{table}: only in the first: {row}" for row in ours if row not in theirs]
        found += [f"{table}: only in the second: {row}" for row in theirs if row not in ours]
        if not found and len(ours) != len(theirs):
            found.append(f"{table}: {len(ours)} rows and {len(theirs)}")
    return found


def _canonical(row: dict[str, Any], hidden: set[str]) -> str:
    return json.dumps({name: _BLANK if name in hidden else value for name, value in row.items()}, sort_keys=True)
