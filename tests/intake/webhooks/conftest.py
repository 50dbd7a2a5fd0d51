"""A place of these tests' own: other rooms' tests apply networks too, and one database has one network."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure
from tests.intake.referrals.door import Desk, a_desk, network
from tests.intake.webhooks.hooks import Hooks
from tests.intake.webhooks.listener import Listener, a_listener
from tests.place import Place, drop_place, make_place


@pytest.fixture(scope="session")
def webhook_place(infra: Infrastructure) -> Iterator[Place]:
    made = make_place(infra.kafka, infra.database_url)
    yield made
    drop_place(infra.database_url, made)


@pytest.fixture(scope="session")
def webhook_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("webhooks") / "keys"


@pytest.fixture
async def desk(webhook_place: Place, webhook_keys: Path) -> AsyncIterator[Desk]:
    """Intake's door, the network applied."""
    async with a_desk(webhook_place, webhook_keys) as opened:
        operator = await opened.doors.ask("intake", "operator:local")
        applied = await operator.put("/intake/v1/network", json=network())
        assert applied.status_code == 200, applied.text
        yield opened


@pytest.fixture
async def listener() -> AsyncIterator[Listener]:
    """An https server of a partner, on a port of this machine."""
    async with a_listener() as opened:
        yield opened


@pytest.fixture
async def hooks(desk: Desk, listener: Listener) -> Hooks:
    """No endpoint, no event yet."""
    opened = Hooks(desk, listener)
    await opened.ask("GET")
    for table in ("webhook_endpoint", "webhook_event", "webhook_mark"):
        await opened.run(f"delete from {table}")
    return opened
