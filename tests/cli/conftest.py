"""`baton` as a user calls it, against a place of its own."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from services.chassis.database import Database
from services.chassis.work import Work
from services.cli.main import app
from tests.place import Place

T = TypeVar("T")
Baton = Callable[..., Result]
InWork = Callable[[str, Callable[[Work], Awaitable[Any]]], Any]


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Baton:
    """`baton ...` with no setting made but the folders."""
    for name in [name for name in os.environ if name.startswith("BATON_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("BATON_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Result:
        return CliRunner().invoke(app, list(words), terminal_width=200)

    return run


@pytest.fixture
def baton(bare: Baton, fresh_place: Place, monkeypatch: pytest.MonkeyPatch) -> Baton:
    """`baton ...` with the settings of this test's own place."""
    monkeypatch.setenv("BATON_DATABASE_URL", fresh_place.administrator)
    for service, url in fresh_place.urls.items():
        monkeypatch.setenv(f"BATON_{service.upper()}_DATABASE_URL", url)
    monkeypatch.setenv("BATON_KAFKA", fresh_place.kafka)
    monkeypatch.setenv("BATON_NAMESPACE", fresh_place.namespace)
    return bare


@pytest.fixture
def in_work(fresh_place: Place) -> InWork:
    """Do something in one `Work` of a service of this place, in a loop of its own, as the verbs have theirs."""

    def run(service: str, do: Callable[[Work], Awaitable[T]]) -> T:
        async def once() -> T:
            database = Database.open(fresh_place.url(service), service=service)
            try:
                return await database.run(do, actor="system:test")
            finally:
                await database.close()

        return asyncio.run(once())

    return run
