"""Starts `one_process` with settings of its own, and looks at it through its doors."""

import asyncio
import json
import os
import signal
import socket
import sys
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import make_url

from tests.place import Place


def closed_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Served:
    """One running process. `lines`: what it logged so far."""

    process: Process
    http: str
    admin: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    async def get(self, url: str) -> httpx.Response:
        async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
            return await client.get(url)

    async def wrong(self) -> Mapping[str, str]:
        """What /readyz says is wrong; nothing is ready."""
        answer: Mapping[str, str] = (await self.get(f"{self.admin}/readyz")).json()["wrong"]
        return answer

    async def until(self, wanted: Mapping[str, str], seconds: float = 30) -> None:
        """Wait until exactly that is wrong."""
        async with asyncio.timeout(seconds):
            while await self.wrong() != wanted:
                await asyncio.sleep(0.1)

    async def end(self, number: int = signal.SIGTERM, within: float = 20) -> float:
        """Send a signal; seconds until the process was gone."""
        began = time.monotonic()
        os.kill(self.process.pid, number)
        await asyncio.wait_for(self.process.wait(), within)
        return time.monotonic() - began

    def events(self) -> list[str]:
        return [str(line["event"]) for line in self.lines]


@asynccontextmanager
async def served(
    place: Place, folder: Path, *roles: str, kafka: str = "", database_port: int = 0
) -> AsyncIterator[Served]:
    """`one_process` with these roles, once its doors are open."""
    url = make_url(place.url("sla"))
    url = url.set(port=database_port) if database_port else url
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")} | {
        "BATON_SLA_DATABASE_URL": url.render_as_string(False),
        "BATON_KAFKA": kafka or place.kafka,
        "BATON_NAMESPACE": place.namespace,
        "BATON_HTTP": "127.0.0.1:0",
        "BATON_ADMIN_HTTP": "127.0.0.1:0",
        "BATON_KEYS_DIR": str(folder / "keys"),
    }
    argv = sys.executable, "-m", "tests.chassis.process.one_process", *roles
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stdout=PIPE, limit=2**22)
    served = Served(process, "", "")
    reading = asyncio.create_task(_read(served))
    try:
        async with asyncio.timeout(30):
            while "all roles are started" not in served.events():
                assert process.returncode is None, served.lines
                await asyncio.sleep(0.05)
        yield served
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reading


async def _read(served: Served) -> None:
    assert served.process.stdout is not None
    while line := await served.process.stdout.readline():
        said = json.loads(line)
        served.lines.append(said)
        if said["event"] == "the http door is open":
            served.http = f"http://{said['server']}"
        if said["event"] == "the admin door is open":
            served.admin = f"http://{said['server']}"
