"""`baton` as a user calls it, against a place of its own."""

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

import pytest
from typer.testing import CliRunner, Result

from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.http.server import serve_http
from services.chassis.work import Work
from services.cli.main import app
from tests.doors import Doors
from tests.intake.network.conftest import network_service
from tests.intake.network.samples import SMALL
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


@pytest.fixture
def origin(fresh_place: Place, tmp_path: Path) -> Iterator[str]:
    """Where the room answers, served by a loop of its own as the verbs have theirs."""
    found: list[int] = []
    ready, done = threading.Event(), threading.Event()

    async def serve() -> None:
        async with AsyncExitStack() as stack:
            parts = Doors(fresh_place, tmp_path / "keys", stack).parts("intake")
            port, stop = await serve_http(service_app(network_service(), parts).asgi, "127.0.0.1", 0)
            found.append(port)
            ready.set()
            while not done.is_set():
                await asyncio.sleep(0.02)
            await stop()

    thread = threading.Thread(target=asyncio.run, args=(serve(),))
    thread.start()
    assert ready.wait(30)
    yield f"http://127.0.0.1:{found[0]}"
    done.set()
    thread.join()


@pytest.fixture
def operator(bare: Baton, origin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Baton:
    """`baton ...` beside the server's key files."""
    monkeypatch.setenv("BATON_KEYS_DIR", str(tmp_path / "keys"))
    monkeypatch.setenv("BATON_PUBLIC_URL", origin)
    return bare


@pytest.fixture
def network(tmp_path: Path) -> Path:
    file = tmp_path / "network.yaml"
    file.write_text(SMALL)
    return file
