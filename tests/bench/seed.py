"""Many leads at once, as copies of one that went through: rows by INSERT ... SELECT into Baton's own tables.

What every lead has for itself is its own: ids, tokens, keys, versions. Bodies of the journal are the first lead's.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.streams import partition_of
from tests.bench.floor.__main__ import ids
from tests.bench.place import Admin

_MAKE: Final = """
create schema if not exists bench;
create table if not exists bench.seeded (
  id uuid primary key, shard smallint not null, due timestamptz, batch integer not null
);
create index if not exists seeded_batch on bench.seeded (batch);
"""

_OWN: Final = {
    "lead": "s.id",
    "subject": "s.id",
    "shard": "s.shard",
    "key": "s.id::text",
    "external_key": "sha256(uuid_send(s.id))",
    "key_id": "s.id",
    "value": "encode(sha256(uuid_send(s.id) || t.value::bytea), 'hex')",
}
"""What a column holds instead of the sample's value."""

_IS_LEAD: Final = frozenset({"routing.lead", "sla.lead"})
_MADE: Final = {"reporting.journal": "uuidv7()", "intake.permission": "uuidv7()", "routing.assignment": "uuidv7()"}

CLOSED: Final = {
    "routing.lead": {"closed_at": "t.opened_at", "close_reason": "'not_interested'", "deadline_at": "null"},
    "sla.lead": {"closed": "true"},
    "sla.clock": {"state": "'ended'"},
    "sla.clock_interval": {"stopped_at": "t.started_at"},
}
"""A lead that is over: most of a million are."""

DUE: Final = {
    "sla.clock": {
        "target_at": "s.due - interval '1 minute'",
        "warn_at": "s.due",
        "breach_at": "s.due + interval '900 hours'",
    },
    "sla.timer": {"due": "s.due"},
}
"""A clock whose next level comes at `due`."""

EVERYWHERE: Final = {
    "intake.referral": "lead = $1",
    "intake.vault": "lead = $1",
    "intake.permission": "lead = $1",
    "intake.head": "key = $1::text",
    "routing.lead": "id = $1",
    "routing.assignment": "lead = $1",
    "routing.match_token": "lead = $1",
    "routing.first_holder": "lead = $1",
    "routing.match_signature": "lead = $1",
    "routing.head": "key = $1::text",
    "routing.reader_cursor": "key = $1::text",
    "sla.lead": "id = $1",
    "sla.clock": "lead = $1",
    "sla.clock_interval": "lead = $1",
    "sla.head": "key = $1::text",
    "sla.reader_cursor": "key = $1::text",
    "reporting.journal": "key = $1::text",
    "reporting.reader_cursor": "key = $1::text",
}
"""All tables that grow with leads, but idempotency (a row a request) and outboxes (three days)."""

CLOCKS: Final = {
    name: EVERYWHERE[name] for name in ("sla.lead", "sla.clock", "sla.clock_interval", "sla.head", "sla.reader_cursor")
} | {"sla.timer": "subject = $1"}
"""What a pending timer stands on."""


class Seeder:
    """Copies one lead; `like` must be at rest."""

    def __init__(self, admin: Admin, like: UUID, seed: int) -> None:
        self._admin = admin
        self._like = like
        self._new: Iterator[UUID] = ids(seed)
        self._batch = 0

    async def seed(
        self,
        count: int,
        tables: dict[str, str],
        changed: dict[str, dict[str, str]],
        due: Sequence[datetime] | None = None,
    ) -> int:
        """So many more leads in these tables, in one transaction. The number of the batch in `bench.seeded`."""
        await self._admin.execute(_MAKE)
        self._batch += 1
        async with self._admin.transaction():
            await self._admin.execute("set local session_replication_role = replica")  # foreign keys hold by making
            await self._admin.copy_records_to_table("seeded", schema_name="bench", records=self._ids(count, due))
            for table, at in tables.items():
                await self._copy(table, at, changed.get(table, {}))
            if "sla.timer" in tables:
                await self._admin.execute(
                    "insert into sla.timer_ledger (kind, created) select kind, $2 from sla.timer where subject = $1",
                    self._like,
                    count,
                )
        return self._batch

    def _ids(self, count: int, due: Sequence[datetime] | None) -> Iterator[tuple[UUID, int, datetime | None, int]]:
        for n in range(count):
            lead = next(self._new)
            yield lead, partition_of(str(lead)), due[n] if due else None, self._batch

    async def _copy(self, table: str, at: str, changed: dict[str, str]) -> None:
        schema, _, name = table.partition(".")
        columns = [
            row["column_name"]
            for row in await self._admin.fetch(
                "select column_name from information_schema.columns where table_schema = $1 and table_name = $2 "
                "and is_identity = 'NO' and is_generated = 'NEVER' order by ordinal_position",
                schema,
                name,
            )
        ]
        like = f"'{self._like}'::uuid"
        values = [changed.get(column) or _value(table, column) for column in columns]
        await self._admin.execute(
            f"insert into {table} ({', '.join(columns)}) select {', '.join(values)} "
            f"from bench.seeded as s cross join (select * from {table} where {at.replace('$1', like)}) as t "
            f"where s.batch = {self._batch}"
        )


def _value(table: str, column: str) -> str:
    if column == "id":
        return "s.id" if table in _IS_LEAD else _MADE.get(table, "t.id")
    return _OWN.get(column, f"t.{column}")
