"""Fixtures every test may use: real infrastructure, a place of its own, databases as the services' own roles."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure, infrastructure
from services.chassis.database import Database
from tests.doors import Doors
from tests.place import Place, drop_place, make_place
from tests.served import count_records


@pytest.fixture(scope="session")
def infra() -> Iterator[Infrastructure]:
    """One Kafka and one PostgreSQL for the session: given by environment, local, or containers. Never skipped."""
    with infrastructure() as chosen:
        yield chosen
        count_records(chosen.kafka)


@pytest.fixture(scope="session")
def place(infra: Infrastructure) -> Iterator[Place]:
    """The session's own namespace and migrated database."""
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture
def fresh_place(infra: Infrastructure) -> Iterator[Place]:
    """A namespace and database of this one test."""
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture
async def database_of(place: Place) -> AsyncIterator[Callable[[str], Database]]:
    """`database_of("sla")`: an open `Database` as that service's role, closed after the test."""
    async with AsyncExitStack() as stack:

        def open_one(service: str) -> Database:
            database = Database.open(place.url(service), service=service)
            stack.push_async_callback(database.close)
            return database

        yield open_one


@pytest.fixture
async def doors(place: Place, tmp_path: Path) -> AsyncIterator[Doors]:
    """`await doors.ask("routing", "staff:ines")`: a client of a service's real app."""
    async with AsyncExitStack() as stack:
        yield Doors(place, tmp_path / "keys", stack)
