"""A desk with tables of its own in one service's schema."""

from collections.abc import AsyncIterator, Callable

import asyncpg
import pytest

from services.chassis.database import Database
from tests.chassis.timers.desk import MAKE, Desk
from tests.place import Place


async def make_desk(place: Place, service: str = "sla") -> None:
    """The desk's tables, empty, beside that service's timers, which are emptied too."""
    connection = await asyncpg.connect(place.administrator.replace("+asyncpg", ""))
    try:
        await connection.execute(f"set search_path = {service}")
        for statement in MAKE:
            await connection.execute(statement)
    finally:
        await connection.close()


@pytest.fixture
async def desk(place: Place, database_of: Callable[[str], Database]) -> Desk:
    await make_desk(place)
    return Desk(database_of("sla"))


@pytest.fixture
async def own_desk(fresh_place: Place) -> AsyncIterator[Desk]:
    """A desk in a database of this one test, whose clock may be moved."""
    await make_desk(fresh_place)
    database = Database.open(fresh_place.url("sla"), service="sla")
    yield Desk(database)
    await database.close()
