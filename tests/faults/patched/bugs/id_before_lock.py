"""Outbox ids are drawn when a transaction begins, before any lock is waited for; the relay sends in their order."""

from typing import Any, Final
from weakref import WeakKeyDictionary

import asyncpg

from services.chassis import work as works
from services.chassis.work import Work
from tests.faults.patched.patching import patch, rewrite

_AHEAD: Final = 64
"""Ids drawn by each transaction; one that says more draws more."""

_DRAW: Final = "select nextval(pg_get_serial_sequence('outbox', 'id')) as id from generate_series(1, $1::int)"


def plant() -> None:
    """In every writer of the process."""
    rewrite(
        works,
        "_SAY",
        ("insert into outbox (shard,", "insert into outbox (id, shard,"),
        ("select row.shard,", "overriding system value\nselect row.id, row.shard,"),
        ("$11::bytea[])", "$11::bytea[], $12::bigint[])"),
        ("headers, body, n)", "headers, body, id, n)"),
    )
    drawn: WeakKeyDictionary[Work, list[int]] = WeakKeyDictionary()
    begin_, run_ = Work.begin, Work.run

    async def begin(self: Work) -> "asyncpg.Connection[Any]":
        first = self._raw is None
        raw = await begin_(self)
        if first and not self._transaction.alone:
            drawn[self] = [row["id"] for row in await raw.fetch(_DRAW, _AHEAD)]
        return raw

    async def run(self: Work, sql: str, *args: object) -> None:
        if sql == vars(works)["_SAY"]:
            said = args[4]
            assert isinstance(said, list)
            more = len(said) - len(drawn[self])
            if more > 0:
                drawn[self] += [row["id"] for row in await self.fetch(_DRAW, more)]
            args = (*args, drawn[self][: len(said)])
        await run_(self, sql, *args)

    patch(Work, "begin", begin)
    patch(Work, "run", run)
