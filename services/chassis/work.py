"""`Work`: one transaction, its identity, its time, and the facts it says (delivery.md, "The transaction")."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID, uuid4

import asyncpg

from contracts.envelope import Fact, FactBody, body_bytes
from contracts.streams import partition_of
from services.chassis.telemetry import metrics
from services.chassis.telemetry.traces import current_traceparent
from services.chassis.transaction import Transaction

EVERYTHING: Final = "*"
"""The scope of system identities: readers, tickers, relays, senders, doctor. Only the chassis sets it."""

NOBODY: Final = ""

MAX_BODY: Final = 256 * 1024
"""Bytes of one fact's body; larger is refused when written, so that no batch is ever refused by the broker for it."""

TIME: Final = "pg_current_xact_id(), baton_now() as at"
"""What a statement selects to read the time on the way, after its locks: the id first, so that a writer is visible
before it has a time (P9). `Work.time_was(at)` then takes it."""

_NOW: Final = f"select {TIME}"

# One statement in two steps: `raised` locks the heads in key order; `locked` has no first row before it has counted the
# last of them, so only then are rows inserted and their ids drawn.
_SAY: Final = """
with raised as (
  insert into head as h (stream, key, version, at)
  select s, k, n, $4 from unnest($1::text[], $2::text[], $3::int[]) as said(s, k, n) order by s, k
  on conflict (stream, key) do update set version = h.version + excluded.version, at = greatest(h.at, excluded.at)
  returning stream, key, version, at
), locked as materialized (select stream, key, version, at, count(*) over () as heads from raised)
insert into outbox (shard, stream, key, version, type, at, headers, body)
select row.shard, locked.stream, locked.key, locked.version - row.before, row.type, locked.at, row.headers::jsonb,
  row.body
from unnest($5::smallint[], $6::text[], $7::text[], $8::int[], $9::text[], $10::text[], $11::bytea[])
     with ordinality as row(shard, stream, key, before, type, headers, body, n)
join locked on locked.stream = row.stream and locked.key = row.key
order by row.n
"""


class TimeNotTaken(RuntimeError):
    """`work.at` was read before the domain locks were taken and `take_time()` awaited."""


class FactTooLarge(ValueError):
    """A fact's body is over `MAX_BODY`."""


class NotAlone(RuntimeError):
    """A second statement of a work that has only one: it would see and do things of another transaction."""


@dataclass(frozen=True, slots=True)
class _Said:
    body: FactBody
    correlation: UUID
    causation: UUID | None
    traceparent: str | None
    is_test: bool


class Work:
    """One transaction. Made by `Database`, which also ends it; nobody else commits."""

    def __init__(self, transaction: Transaction, *, service: str, actor: str) -> None:
        self.service = service
        self.actor = actor
        self._transaction = transaction
        self._raw: asyncpg.Connection[Any] | None = None
        self._spent = False
        self._at: datetime | None = None
        self._said: list[_Said] = []
        self._afterwards: list[Callable[[], None]] = []

    async def begin(self) -> "asyncpg.Connection[Any]":
        """Open the transaction, if it is not: for `Database`, and for whoever was given a work that begins late."""
        if self._raw is None:
            self._raw = await self._transaction.begin()
            if not self._transaction.alone:
                metrics.STATEMENTS.add(1, service=self.service)
        return self._raw

    @property
    def scope(self) -> str:
        """What it may see of protected rows."""
        return self._transaction.scope

    @property
    def at(self) -> datetime:
        """Business time of this work, read after its locks; facts carry it or a later one."""
        if self._at is None:
            raise TimeNotTaken("await work.take_time() after the domain locks")
        return self._at

    async def take_time(self) -> datetime:
        """Read `baton_now()`, having a transaction id first, so that a writer is visible before it has a time (P9)."""
        row = await self.one(_NOW)
        assert row is not None
        self._at = at = cast(datetime, row["at"])
        return at

    def time_was(self, at: datetime) -> None:
        """Take the time that a statement of this work has read as `TIME`."""
        self._at = at

    async def read_time(self) -> datetime:
        """`baton_now()` for a work that only reads: it takes no transaction id and holds no watermark back."""
        self._at = cast(datetime, await self.value("select baton_now()"))
        return self.at

    async def set_scope(self, scope: str) -> None:
        """Narrow what this work may see to a caller's own. Before the transaction is open it costs no statement."""
        if self._raw is not None:
            await self.run("select set_config('baton.scope', $1, true)", scope)
        self._transaction.scope = scope

    async def fetch(self, sql: str, *args: object) -> "list[asyncpg.Record]":
        """Rows of a statement on this transaction's own connection; `$1` placeholders."""
        return await (await self._statement()).fetch(sql, *args)

    async def one(self, sql: str, *args: object) -> "asyncpg.Record | None":
        """The first row, or None."""
        return await (await self._statement()).fetchrow(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        return await (await self._statement()).fetchval(sql, *args)

    async def run(self, sql: str, *args: object) -> None:
        """A statement without rows."""
        await (await self._statement()).execute(sql, *args)

    async def new_ids(self, n: int) -> list[UUID]:
        """`n` UUIDv7 from PostgreSQL, in one statement."""
        return [row["id"] for row in await self.fetch("select uuidv7() as id from generate_series(1, $1::int)", n)]

    def emit(
        self,
        bodies: FactBody | Iterable[FactBody],
        *,
        cause: Fact[Any] | None = None,
        is_test: bool | None = None,
        traceparent: str | None = None,
    ) -> None:
        """Say facts when this work commits. Correlation, trace and `is_test` come from the cause.

        `traceparent`: of the request, in a work that is of several.

        Raises:
            ValueError: neither a cause nor `is_test` says whether this is test traffic (R21).
        """
        if cause is None and is_test is None:
            raise ValueError("without a cause, say is_test")
        test = bool(is_test) if cause is None else cause.is_test or bool(is_test)
        correlation = cause.head.correlation if cause else uuid4()
        causation = cause.id if cause else None
        traceparent = traceparent or current_traceparent() or (cause.head.traceparent if cause else None)
        for body in [bodies] if isinstance(bodies, FactBody) else bodies:
            self._said.append(_Said(body, correlation, causation, traceparent, test))

    def after_commit(self, do: Callable[[], None]) -> None:
        """Call `do` once this work is durable: a wake-up, a metric; nothing that may fail."""
        self._afterwards.append(do)

    async def finish(self) -> bool:
        """Write what was said and commit. True when rows went to the outbox. For `Database` only."""
        if self._said:
            await self._write_outbox()
        await self._transaction.commit()
        return bool(self._said)

    def tell(self) -> None:
        """Run what waits for the commit. For `Database` only."""
        for do in self._afterwards:
            do()

    async def _statement(self) -> "asyncpg.Connection[Any]":
        """The connection to send the next statement on."""
        if self._transaction.alone and self._spent:
            raise NotAlone
        self._spent = True
        raw = self._raw or await self.begin()
        metrics.STATEMENTS.add(1, service=self.service)
        return raw

    async def _write_outbox(self) -> None:
        """Heads first, in key order, then rows: so the outbox order of a key is its commit order (P4)."""
        at = await self.take_time() if self._at is None else self._at
        keys = [(said.body.stream.name, said.body.key()) for said in self._said]
        counts = Counter(keys)
        ordered = sorted(counts)
        shards = {key: partition_of(key) for _, key in ordered}
        left, columns = dict(counts), tuple[list[object], ...]([] for _ in range(7))
        for said, stream_key in zip(self._said, keys, strict=True):
            left[stream_key] -= 1
            row = self._row(said, stream_key, shards[stream_key[1]], left[stream_key])
            for column, value in zip(columns, row, strict=True):
                column.append(value)
        await self.run(
            _SAY,
            [stream for stream, _ in ordered],
            [key for _, key in ordered],
            [counts[pair] for pair in ordered],
            at,
            *columns,
        )

    def _row(self, said: _Said, stream_key: tuple[str, str], shard: int, before: int) -> tuple[object, ...]:
        """One row of the outbox; `before`: by how many versions it lies before the newest of its key."""
        body = body_bytes(said.body)
        if len(body) > MAX_BODY:
            raise FactTooLarge(said.body.type_name)
        headers = {
            "source": f"/{self.service}",
            "correlation": str(said.correlation),
            "causation": str(said.causation) if said.causation else None,
            "actor": self.actor,
            "is_test": said.is_test,
            "ignorable": said.body.ignorable,
            "traceparent": said.traceparent,
        }
        stream, key = stream_key
        return (shard, stream, key, before, said.body.type_name, json.dumps(headers), body)
