"""Whatever asyncpg says of a server that is away, a repair waits for it, and the traffic goes on."""

from collections.abc import Set
from pathlib import Path
from typing import cast

import asyncpg
import pytest

from tests.faults.traffic import mender
from tests.faults.traffic.mender import Mender, Repair
from tests.faults.world import World


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 11; another operation (2) is in progress"),
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.InterfaceError("closed"),
        ConnectionResetError(),
        TimeoutError(),
    ],
)
async def test_a_server_that_is_away_is_asked_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: Exception
) -> None:
    asked: list[Set[str]] = []

    async def ask(_self: Mender, services: Set[str]) -> set[tuple[str, str, str]]:
        asked.append(services)
        if len(asked) == 1:
            raise error
        return {("routing", "leads", "a")}

    monkeypatch.setattr(Mender, "_ask", ask)
    monkeypatch.setattr(mender, "_BETWEEN", 0.0)
    a, b = (Repair("retry", "routing", "leads", key) for key in ("a", "b"))
    assert await Mender(cast(World, None), tmp_path / "log").parked([a, b]) == [a]
    assert len(asked) == 2
