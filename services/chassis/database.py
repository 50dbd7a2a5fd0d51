"""One service's database: its login role, its schema, session guards, one pool; and the transaction's one home."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Self, TypeVar

from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from services.chassis.faults import may_retry_in_place
from services.chassis.signal import Signal
from services.chassis.transaction import Transaction
from services.chassis.work import EVERYTHING, NOBODY, Work

T = TypeVar("T")

_GUARDS: Final = {
    "idle_in_transaction_session_timeout": "10s",
    "transaction_timeout": "30s",
    "lock_timeout": "5s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "20000",
    "jit": "off",
    "random_page_cost": "1.1",
    "enable_seqscan": "off",
}
"""A frozen process must not hold locks (delivery.md, "The transaction"). The pages in use are in memory or on a
solid disk: at the price of a turning one the planner would rather sort a whole waiting room than look up its first 20.
A plan made while a table is small is kept while it grows, until the table is analyzed: it must be one along an index.
(So must a join with rows that a statement brings: it names their keys as `= any(...)` too, or looks each up in a
`lateral ... offset 0`. Else the plan of ten rows reads ten thousand.)
"""

_COMMAND_TIMEOUT: Final = 40.0
"""Seconds a client waits for a server that does not answer at all; above `transaction_timeout`."""

_POOL_WAIT: Final = 10.0
"""Seconds a work waits for a connection of the pool; then it is "not now" (503 at a door)."""

_TRIES_IN_PLACE: Final = 3


class Database:
    """A service's way to its own schema, and to nothing else."""

    def __init__(self, engine: AsyncEngine, service: str) -> None:
        self.service = service
        self.written = Signal()
        self._engine = engine

    @classmethod
    def open(cls, url: str, *, service: str, pool_size: int = 10, called: str | None = None) -> Self:
        """A pool that connects when first used. `url` is `postgresql+asyncpg://<login>:<secret>@<host>/<database>`.

        `called`: what `pg_stat_activity` shows of its sessions; the service, unless a process says more.
        """
        engine = create_async_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,  # one beyond the pool would be made and thrown away each time, with all it has prepared
            pool_use_lifo=True,
            pool_reset_on_return=None,  # `Transaction` gives back no connection whose transaction has not ended
            pool_timeout=_POOL_WAIT,
            hide_parameters=True,
            connect_args={
                "timeout": 5,
                "command_timeout": _COMMAND_TIMEOUT,
                "server_settings": {
                    **_GUARDS,
                    "search_path": service,
                    "application_name": called or f"baton-{service}",
                },
            },
        )
        event.listen(engine.sync_engine, "invalidate", _hang_up)
        return cls(engine, service)

    async def close(self) -> None:
        """Give every connection back to the server."""
        await self._engine.dispose()

    async def renew(self) -> None:
        """Forget every pooled connection (a watchdog's way to a fresh probe, P13)."""
        await self._engine.dispose(close=False)

    @asynccontextmanager
    async def work(
        self, actor: str, *, scope: str = EVERYTHING, alone: bool = False, late: bool = False
    ) -> AsyncIterator[Work]:
        """One transaction, READ COMMITTED: committed at the end of the block, rolled back by an exception.

        `alone` is for a loop that looks often: one statement in one round trip, which sees no protected row and says
        nothing. `late`: the block opens it with `begin()` or its first statement, once it knows its scope.
        """
        transaction = Transaction(self._engine, NOBODY if alone else scope, alone=alone)
        work = Work(transaction, service=self.service, actor=actor)
        try:
            if not late:
                await work.begin()
            yield work
            wrote = await work.finish()
        except BaseException as error:
            await asyncio.shield(asyncio.create_task(transaction.abandon(error)))
            raise
        if wrote:
            self.written.set()
        work.tell()

    async def run(
        self, do: Callable[[Work], Awaitable[T]], *, actor: str, scope: str = EVERYTHING, late: bool = False
    ) -> T:
        """`do` in a `Work`; deadlock and serialization errors are tried again in place, three times in all."""
        for attempt in range(1, _TRIES_IN_PLACE + 1):
            try:
                async with self.work(actor, scope=scope, late=late) as work:
                    return await do(work)
            except Exception as error:
                if attempt == _TRIES_IN_PLACE or not may_retry_in_place(error):
                    raise
                await asyncio.sleep(0.01 * attempt)
        raise AssertionError("unreachable")


def _hang_up(connection: DBAPIConnection, _record: object, _error: BaseException | None) -> None:
    """A connection thrown away after an error is cut, not politely closed: a frozen server would never answer."""
    driver = getattr(connection, "driver_connection", None)
    if driver is not None:
        driver.terminate()
