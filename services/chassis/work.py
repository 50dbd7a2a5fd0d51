"""`Work`: one transaction, its identity, its time, and the facts it says (delivery.md, "The transaction")."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID, uuid4

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from contracts.envelope import Fact, FactBody, body_bytes
from contracts.streams import partition_of
from services.chassis.telemetry import metrics
from services.chassis.telemetry.traces import current_traceparent

EVERYTHING: Final = "*"
"""The scope of system identities: readers, tickers, relays, senders, doctor. Only the chassis sets it."""

NOBODY: Final = ""

MAX_BODY: Final = 256 * 1024
"""Bytes of one fact's body; larger is refused when written, so that no batch is ever refused by the broker for it."""

_OPEN: Final = text("select set_config('baton.scope', :scope, true)")

_RAISE_HEADS: Final = """
insert into head as h (stream, key, version, at)
select s, k, n, $4 from unnest($1::text[], $2::text[], $3::int[]) as said(s, k, n) order by s, k
on conflict (stream, key) do update set version = h.version + excluded.version, at = greatest(h.at, excluded.at)
returning stream, key, version, at
"""

_INSERT_OUTBOX: Final = """
insert into outbox (shard, stream, key, version, type, at, headers, body)
select shard, stream, key, version, type, at, headers::jsonb, body
from unnest($1::smallint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::timestamptz[], $7::text[],
     $8::bytea[]) with ordinality as row(shard, stream, key, version, type, at, headers, body, n)
order by n
"""


class TimeNotTaken(RuntimeError):
    """`work.at` was read before the domain locks were taken and `take_time()` awaited."""


class FactTooLarge(ValueError):
    """A fact's body is over `MAX_BODY`."""


@dataclass(frozen=True, slots=True)
class _Said:
    body: FactBody
    correlation: UUID
    causation: UUID | None
    traceparent: str | None
    is_test: bool


class Work:
    """One transaction. Made by `Database`, which also ends it; nobody else commits."""

    def __init__(self, session: AsyncSession, raw: "asyncpg.Connection[Any]", *, service: str, actor: str, scope: str):
        self.session = session
        self.service = service
        self.actor = actor
        self.scope = scope
        self._raw = raw
        self._at: datetime | None = None
        self._said: list[_Said] = []
        self._afterwards: list[Callable[[], None]] = []

    @classmethod
    async def begin(cls, session: AsyncSession, *, service: str, actor: str, scope: str) -> "Work":
        """Open the transaction with its identity."""
        await session.execute(_OPEN, {"scope": scope})
        metrics.STATEMENTS.add(1, service=service)
        connection = await (await session.connection()).get_raw_connection()
        raw = cast("asyncpg.Connection[Any]", connection.driver_connection)
        return cls(session, raw, service=service, actor=actor, scope=scope)

    @property
    def at(self) -> datetime:
        """Business time of this work, read after its locks; facts carry it or a later one."""
        if self._at is None:
            raise TimeNotTaken("await work.take_time() after the domain locks")
        return self._at

    async def take_time(self) -> datetime:
        """Read `baton_now()`, having a transaction id first, so that a writer is visible before it has a time (P9)."""
        row = await self.one("select pg_current_xact_id(), baton_now() as at")
        assert row is not None
        self._at = row["at"]
        return self.at

    async def read_time(self) -> datetime:
        """`baton_now()` for a work that only reads: it takes no transaction id and holds no watermark back."""
        self._at = cast(datetime, await self.value("select baton_now()"))
        return self.at

    async def set_scope(self, scope: str) -> None:
        """Narrow what this work may see to a caller's own."""
        await self.run("select set_config('baton.scope', $1, true)", scope)
        self.scope = scope

    async def fetch(self, sql: str, *args: object) -> "list[asyncpg.Record]":
        """Rows of a statement on this transaction's own connection; `$1` placeholders."""
        metrics.STATEMENTS.add(1, service=self.service)
        return await self._raw.fetch(sql, *args)

    async def one(self, sql: str, *args: object) -> "asyncpg.Record | None":
        """The first row, or None."""
        metrics.STATEMENTS.add(1, service=self.service)
        return await self._raw.fetchrow(sql, *args)

    async def value(self, sql: str, *args: object) -> Any:
        """The first column of the first row, or None."""
        metrics.STATEMENTS.add(1, service=self.service)
        return await self._raw.fetchval(sql, *args)

    async def run(self, sql: str, *args: object) -> None:
        """A statement without rows."""
        metrics.STATEMENTS.add(1, service=self.service)
        await self._raw.execute(sql, *args)

    async def new_ids(self, n: int) -> list[UUID]:
        """`n` UUIDv7 from PostgreSQL, in one statement."""
        return [row["id"] for row in await self.fetch("select uuidv7() as id from generate_series(1, $1::int)", n)]

    def emit(
        self,
        bodies: FactBody | Iterable[FactBody],
        *,
        cause: Fact[Any] | None = None,
        is_test: bool | None = None,
    ) -> None:
        """Say facts when this work commits. Correlation, trace and `is_test` come from the cause.

        Raises:
            ValueError: neither a cause nor `is_test` says whether this is test traffic (R21).
        """
        if cause is None and is_test is None:
            raise ValueError("without a cause, say is_test")
        test = bool(is_test) if cause is None else cause.is_test or bool(is_test)
        correlation = cause.head.correlation if cause else uuid4()
        causation = cause.id if cause else None
        traceparent = current_traceparent() or (cause.head.traceparent if cause else None)
        for body in [bodies] if isinstance(bodies, FactBody) else bodies:
            self._said.append(_Said(body, correlation, causation, traceparent, test))

    def after_commit(self, do: Callable[[], None]) -> None:
        """Call `do` once this work is durable: a wake-up, a metric; nothing that may fail."""
        self._afterwards.append(do)

    async def finish(self) -> bool:
        """Write what was said and commit. True when rows went to the outbox. For `Database` only."""
        if self._said:
            await self._write_outbox()
        await self.session.commit()
        return bool(self._said)

    def tell(self) -> None:
        """Run what waits for the commit. For `Database` only."""
        for do in self._afterwards:
            do()

    async def _write_outbox(self) -> None:
        """Heads first, in key order, then rows: so the outbox order of a key is its commit order (P4)."""
        if self._at is None:
            await self.take_time()
        keys = [(said.body.stream.name, said.body.key()) for said in self._said]
        heads = await self._raise_heads(Counter(keys))
        columns: list[list[object]] = [[], [], [], [], [], [], [], []]
        for said, stream_key in zip(self._said, keys, strict=True):
            version, at = heads[stream_key]
            heads[stream_key] = (version + 1, at)
            for column, value in zip(columns, self._row(said, stream_key, version, at), strict=True):
                column.append(value)
        await self.run(_INSERT_OUTBOX, *columns)

    async def _raise_heads(self, counts: Counter[tuple[str, str]]) -> dict[tuple[str, str], tuple[int, datetime]]:
        """The first version each key may use now, and the time its facts carry."""
        ordered = sorted(counts)
        rows = await self.fetch(
            _RAISE_HEADS,
            [stream for stream, _ in ordered],
            [key for _, key in ordered],
            [counts[pair] for pair in ordered],
            self.at,
        )
        return {
            (row["stream"], row["key"]): (row["version"] - counts[row["stream"], row["key"]] + 1, row["at"])
            for row in rows
        }

    def _row(self, said: _Said, stream_key: tuple[str, str], version: int, at: datetime) -> Sequence[object]:
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
        return (partition_of(key), stream, key, version, said.body.type_name, at, json.dumps(headers), body)
