"""A place of these tests' own: other rooms' tests apply networks too, and one database has one network."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure
from tests.intake.referrals.door import Desk, a_desk, network
from tests.place import Place, drop_place, make_place


@pytest.fixture(scope="session")
def receipt_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="session")
def receipt_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("receipts") / "keys"


@pytest.fixture
async def desk(receipt_place: Place, receipt_keys: Path) -> AsyncIterator[Desk]:
    """Intake's door, the network applied."""
    async with a_desk(receipt_place, receipt_keys) as opened:
        operator = await opened.doors.ask("intake", "operator:local")
        applied = await operator.put("/intake/v1/network", json=network())
        assert applied.status_code == 200, applied.text
        yield opened
