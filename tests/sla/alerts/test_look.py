"""The last look before letters go: shared by those that ask together, and each asker has its own answer."""

import asyncio
from uuid import uuid4

import pytest

from services.chassis.database import Database
from services.chassis.telemetry import metrics
from services.sla.alerts.sender.look import LastLook
from services.sla.channels.storage import Key
from tests.sla.alerts.test_sender import an_alert
from tests.sla.alerts.test_ticker import a_stale_lead
from tests.sla.desk import Desk


class Away:
    """A transaction that cannot be opened."""

    async def __aenter__(self) -> None:
        await asyncio.sleep(0.01)
        raise ConnectionResetError

    async def __aexit__(self, *_: object) -> None:
        return None


async def keys_of(desk: Desk) -> list[Key]:
    return [(row["alert"], row["staff"]) for row in await desk.rows("select alert, staff from notice")]


async def test_those_that_ask_together_share_two_looks(desk: Desk) -> None:
    await an_alert(desk)
    for _ in range(7):
        await a_stale_lead(desk)
    await desk.tick()
    keys, look = await keys_of(desk), LastLook(desk.database)
    assert len(keys) == 8
    with metrics.fresh():
        metrics.allow("service", "sla")
        assert all(await asyncio.gather(*(look.is_due(key) for key in keys)))
        assert metrics.STATEMENTS.value(service="sla") <= 4


async def test_each_hears_of_its_own(desk: Desk) -> None:
    await an_alert(desk)
    [key] = await keys_of(desk)
    look = LastLook(desk.database)
    assert list(await asyncio.gather(look.is_due(key), look.is_due((uuid4(), "ines")))) == [True, False]
    await desk.rows("update notice set state = 'withdrawn' returning 1")
    assert not await look.is_due(key)


async def test_a_look_that_fails_is_told_to_all_of_it_and_to_nobody_after(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await an_alert(desk)
    [key] = await keys_of(desk)
    look = LastLook(desk.database)

    with monkeypatch.context() as patched:
        patched.setattr(Database, "work", lambda *_: Away())
        told = await asyncio.gather(look.is_due(key), look.is_due(key), return_exceptions=True)
    assert [type(error) for error in told] == [ConnectionResetError, ConnectionResetError]
    assert await look.is_due(key)


async def test_one_that_loses_patience_takes_nobody_with_it(desk: Desk) -> None:
    await an_alert(desk)
    [key] = await keys_of(desk)
    look = LastLook(desk.database)
    impatient, patient = (asyncio.create_task(look.is_due(key)) for _ in range(2))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient
    assert impatient.cancelled() or impatient.cancelling()
