"""One world for all journeys of a session but those that move the clock."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.choose import Infrastructure
from tests.journeys.world import World, a_world
from tests.place import Place, drop_place, make_place


@pytest.fixture(scope="session")
def journeys_place(infra: Infrastructure) -> Iterator[Place]:
    """A namespace and a database that only journeys use."""
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="session")
async def world(journeys_place: Place, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Running from the first journey to the last; each journey has leads of its own."""
    async with a_world(journeys_place, tmp_path_factory.mktemp("world")) as opened:
        yield opened
