"""An audit log of its own: empty tables, keys and anchors of this test, and the database's administrator beside it."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import make_url

from services.chassis.audit import audit
from services.chassis.audit.sealer import Sealer
from services.chassis.audit.verify import Verdict, verify
from services.chassis.database import Database
from tests.place import Place

SERVICE = "sla"


@dataclass
class Log:
    """One service's log, who writes it, who seals it, and who may change anything in it."""

    database: Database
    admin: "asyncpg.Connection[Any]"
    url: str
    keys: Path
    anchors: Path
    written: int = 0

    async def write(self, count: int) -> None:
        """So many acts, each in a work of its own."""
        for _ in range(count):
            self.written += 1
            async with self.database.work("staff:ines", scope="site/eastmere") as work:
                await audit(work, "boat_seen", f"boat:{self.written}", {"length": self.written, "via": "link"})

    def sealer(self) -> Sealer:
        return Sealer(self.database, self.keys, self.anchors)

    async def sealed(self, *rounds: int) -> "Log":
        """So many rows a round, by one sealer."""
        sealer = self.sealer()
        for count in rounds:
            await self.write(count)
            await sealer.round()
        return self

    async def verify(self) -> Verdict:
        return await verify(self.database, self.keys, self.anchors)

    async def tamper(self, *statements: str) -> None:
        for statement in statements:
            await self.admin.execute(statement)

    async def row_at(self, n: int) -> Any:
        return await self.admin.fetchval("select row_id from audit_link where n = $1", n)


def plain(url: str) -> str:
    """The address as asyncpg takes it."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


@pytest.fixture
async def log(place: Place, database_of: Callable[[str], Database], tmp_path: Path) -> AsyncIterator[Log]:
    admin = await asyncpg.connect(plain(place.administrator), server_settings={"search_path": SERVICE})
    await admin.execute("truncate audit, audit_link")
    yield Log(database_of(SERVICE), admin, place.url(SERVICE), tmp_path / "keys", tmp_path / "anchors")
    await admin.execute("truncate audit, audit_link")
    await admin.close()
