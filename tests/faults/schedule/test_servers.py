"""A look that gets no answer says so, whatever a client library raises: the watch must not fall over it."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from tests.faults.schedule.servers import Away, Servers
from tests.faults.world import World

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:9/x"
WORLD = World(Path("run"), 1, "run", "127.0.0.1:9", NOWHERE, {}, {}, "", Path("mail"), Path("keys"), {}, {})


def refusing(monkeypatch: pytest.MonkeyPatch, raised: BaseException) -> Servers:
    async def connect(*_: object, **__: object) -> None:
        raise raised

    monkeypatch.setattr(asyncpg, "connect", connect)
    return Servers(WORLD)


@pytest.mark.parametrize(
    "raised",
    [
        asyncpg.InternalClientError("cannot switch to state"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting up"),
        ConnectionResetError(),
        asyncio.CancelledError(),
    ],
)
async def test_postgresql_is_away(monkeypatch: pytest.MonkeyPatch, raised: BaseException) -> None:
    with pytest.raises(Away):
        await refusing(monkeypatch, raised).rows("select 1")


async def test_a_mistake_in_a_question_is_no_absence(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(asyncpg.UndefinedTableError):
        await refusing(monkeypatch, asyncpg.UndefinedTableError("no such table")).rows("select 1 from nowhere")


async def test_kafka_is_away() -> None:
    async with Servers(WORLD) as servers:
        with pytest.raises(Away):
            await servers.ends()
