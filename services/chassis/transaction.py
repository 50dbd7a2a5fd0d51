"""One transaction on one pooled connection: begun once, ended once (delivery.md, "The transaction").

It speaks to asyncpg itself: a session of the ORM around the same three round trips costs four times their CPU.
"""

import asyncio
import re
from typing import Any, Final

import asyncpg
from sqlalchemy import PoolProxiedConnection
from sqlalchemy.ext.asyncio import AsyncEngine

_SCOPE: Final = re.compile(r"[A-Za-z0-9*/._ -]*")
"""`*`, or words `kind/id`: nothing in it could end the quotes it stands in."""

_BEGIN: Final = "begin isolation level read committed; select set_config('baton.scope', '{}', true)"
"""One round trip, so no parameters."""

_COMMITTED: Final = "COMMIT"
_PATIENCE: Final = 5.0
"""Seconds a rollback may take; then the connection is cut, and the server rolls back when it notices."""


class NotCommitted(Exception):
    """A statement had failed and its error was passed over: told to commit, PostgreSQL rolled back."""


class Transaction:
    """READ COMMITTED, under one scope. One that was never begun has no connection, and nothing to end."""

    def __init__(self, engine: AsyncEngine, scope: str, *, alone: bool = False) -> None:
        self.scope = scope
        self.alone = alone
        """it is one statement, which PostgreSQL begins and commits by itself"""
        self._engine = engine
        self._taken: PoolProxiedConnection | None = None
        self._ending = False

    async def begin(self) -> "asyncpg.Connection[Any]":
        """Take a connection and open the transaction with its identity.

        Raises:
            ValueError: the scope is none.
        """
        if not _SCOPE.fullmatch(self.scope):
            raise ValueError("a scope is made of words like site/<id>")
        self._taken = await self._live()
        raw = _driver(self._taken)
        if self.alone:
            return raw
        await raw.execute(_BEGIN.format(self.scope))
        return raw

    async def commit(self) -> None:
        """Commit and give the connection back. After any error it is unknown whether it is durable.

        Raises:
            NotCommitted: certainly not.
        """
        if self._taken is None:
            return
        self._ending = True
        if not self.alone and await _driver(self._taken).execute("commit") != _COMMITTED:
            raise NotCommitted
        taken, self._taken = self._taken, None
        taken.close()

    async def abandon(self, error: BaseException) -> None:
        """Roll back; never raises. A connection that cannot, or whose commit has failed, is cut and not given back."""
        taken, self._taken = self._taken, None
        if taken is None:
            return
        if not self._ending and await _rolled_back(_driver(taken)):
            taken.close()
        else:
            taken.invalidate(error)

    async def _live(self) -> PoolProxiedConnection:
        """A connection of the pool; those the server has ended meanwhile (a restart) are replaced."""
        while True:
            try:
                taken = await self._engine.raw_connection()
            except self._engine.dialect.loaded_dbapi.Error as adapted:
                raise adapted.__cause__ or adapted from None  # asyncpg's own: what `faults` judges
            if not _driver(taken).is_closed():
                return taken
            taken.invalidate()


async def _rolled_back(raw: "asyncpg.Connection[Any]") -> bool:
    try:
        async with asyncio.timeout(_PATIENCE):
            await raw.execute("rollback")
    except Exception:
        return False
    return True


def _driver(taken: PoolProxiedConnection) -> "asyncpg.Connection[Any]":
    raw: asyncpg.Connection[Any] | None = taken.driver_connection
    assert raw is not None
    return raw
