"""A place of these tests' own, the network applied, and a clinic that sends files."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure
from tests.intake.imports.clinic import MAPPING, Clinic
from tests.intake.referrals.door import Desk, a_desk, network
from tests.place import Place, drop_place, make_place


@pytest.fixture(scope="session")
def import_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="session")
def import_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("imports") / "keys"


@pytest.fixture
async def desk(import_place: Place, import_keys: Path) -> AsyncIterator[Desk]:
    """Intake's door, the network applied; no file left over from an earlier test."""
    async with a_desk(import_place, import_keys) as opened:
        operator = await opened.doors.ask("intake", "operator:local")
        applied = await operator.put("/intake/v1/network", json=network())
        assert applied.status_code == 200, applied.text
        async with opened.database.work("system:test") as work:
            for table in ("import_row", "import_piece", "file_import"):
                await work.run(f"delete from {table}")
        yield opened


@pytest.fixture
async def clinic(desk: Desk) -> AsyncIterator[Clinic]:
    """Openhand, with a mapping called `list`."""
    opened = Clinic(desk, await desk.doors.ask("intake", "partner:openhand"))
    assert (await opened.client.put("/intake/v1/import-mappings/list", json=MAPPING)).status_code == 200
    yield opened
    await opened.close()
