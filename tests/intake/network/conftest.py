"""The network room behind its own door on real PostgreSQL, and nothing else of intake."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

from services.chassis.auth.identity import Identity
from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.service import Breach, Census, Service
from services.chassis.work import Work
from services.intake.network import api
from tests.doors import Doors
from tests.place import Place


async def _nothing(_work: Work, _identity: Identity) -> str:
    return ""


async def _whole(_work: Work) -> list[Breach]:
    return []


def network_service() -> Service:
    return Service("intake", ("/intake",), api.routes(), scope_of=_nothing, census=Census(breaches=_whole))


@dataclass(frozen=True)
class Room:
    """The door as the operator, as somebody else, and the database behind it."""

    operator: httpx.AsyncClient
    partner: httpx.AsyncClient
    database: Database
    place: Place

    async def move_clock(self, ahead: str) -> None:
        """Set how far the database's clock is ahead."""
        engine = create_async_engine(self.place.administrator)
        try:
            async with engine.begin() as connection:
                await connection.exec_driver_sql(f"update intake.test_clock set ahead = '{ahead}'")
        finally:
            await engine.dispose()

    async def heads(self) -> dict[str, int]:
        """Versions of the network stream's keys."""
        async with self.database.work("system:test") as work:
            rows = await work.fetch("select key, version from head where stream = 'network'")
        return {row["key"]: row["version"] for row in rows}

    async def put(self, document: object, *, dry_run: bool = False) -> httpx.Response:
        """Apply a document."""
        return await self.operator.put(api.PATH, json=document, params={"dry_run": str(dry_run).lower()})


@pytest.fixture
async def room(fresh_place: Place, tmp_path: Path) -> AsyncIterator[Room]:
    async with AsyncExitStack() as stack:
        doors = Doors(fresh_place, tmp_path / "keys", stack)
        parts = doors.parts("intake")
        transport = httpx.ASGITransport(service_app(network_service(), parts).asgi)

        async def client(who: str) -> httpx.AsyncClient:
            headers = {"authorization": f"Bearer {doors.token(who)}"}
            made = httpx.AsyncClient(transport=transport, base_url="http://baton", headers=headers)
            return await stack.enter_async_context(made)

        yield Room(await client("operator:main"), await client("partner:openhand"), parts.database, fresh_place)
