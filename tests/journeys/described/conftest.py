"""A place and a stand of these tests' own: what is tried out here may do anything to it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from deploy.local.choose import Infrastructure
from tests.journeys.described.stand import Stand, a_stand
from tests.place import Place, drop_place, make_place


@pytest.fixture(scope="session")
def described_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="session")
async def stand(described_place: Place, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stand]:
    async with a_stand(described_place, tmp_path_factory.mktemp("described")) as opened:
        yield opened
