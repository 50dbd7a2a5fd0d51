"""What a piece of work costs PostgreSQL: statements as the driver sends them, log bytes as the server counts them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from sqlalchemy import event
from sqlalchemy.pool import Pool

from services.chassis.database import Database
from services.chassis.work import Work


class Statements:
    """A count of everything sent on connections opened since, BEGIN and COMMIT too: the driver counts, not our code."""

    def __init__(self) -> None:
        self.sent = 0

    @contextmanager
    def counted(self) -> Iterator[None]:
        """Count on every connection that is opened during the block."""
        event.listen(Pool, "connect", self._listen)
        try:
            yield
        finally:
            event.remove(Pool, "connect", self._listen)

    def taken(self) -> int:
        """How many since this was asked last."""
        sent, self.sent = self.sent, 0
        return sent

    def _listen(self, connection: Any, _record: object) -> None:
        connection.driver_connection.add_query_logger(self._count)

    def _count(self, _query: asyncpg.connection.LoggedQuery) -> None:
        self.sent += 1


@dataclass(frozen=True)
class Wal:
    """Write-ahead log of some backends: bytes, and how many whole pages are among them.

    PostgreSQL writes a whole page where it is changed first after a checkpoint: that is the server's calendar, not our
    cost. So what is measured runs warm, on pages that were changed just before, and is measured again where a
    checkpoint fell into it.
    """

    bytes: int
    pages: int

    def __sub__(self, other: "Wal") -> "Wal":
        return Wal(self.bytes - other.bytes, self.pages - other.pages)


async def wal_of(databases: list[Database], admin: "asyncpg.Connection[asyncpg.Record]") -> Wal:
    """What the services' own sessions have written so far; nobody else's, the server is shared."""

    async def flush(work: Work) -> None:
        await work.run("select pg_stat_force_next_flush()")

    for database in databases:
        await database.run(flush, actor="system:test")
    row = await admin.fetchrow(
        "select coalesce(sum(w.wal_bytes), 0)::bigint as bytes, coalesce(sum(w.wal_fpi), 0)::bigint as pages "
        "from pg_stat_activity a cross join lateral pg_stat_get_backend_wal(a.pid) w "
        "where a.datname = current_database() and a.application_name like 'baton-%'"
    )
    assert row is not None
    return Wal(row["bytes"], row["pages"])
