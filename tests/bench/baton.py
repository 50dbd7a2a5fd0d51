"""Baton as its users run it: `baton serve` processes on a place, a network applied over HTTP, one partner's key."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.local.children import Child, Errand, start_child, stop_child, tail
from deploy.local.ports import free_port
from services.chassis.auth.identity import Identity
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.intake.access.storage.issuer import OPERATOR, TokenMint
from services.intake.access.storage.keys import issue_key
from tests.bench.network import PARTNER
from tests.place import SERVICES, Place

SERVE: Final = (sys.executable, "-m", "services.cli", "serve")

APART: Final = {
    "intake": ("api", "relay", "tick"),
    "routing": ("api", "consume", "relay", "tick"),
    "sla": ("api", "consume", "relay", "tick", "send"),
    "reporting": ("api", "consume", "tick"),
}
"""The roles that have something to do."""

_READY_WITHIN: Final = 300.0
_ENDS_WITHIN: Final = 25.0


class DidNotStart(RuntimeError):
    """A process ended, or was not ready in time; the end of its log says why."""


@dataclass(frozen=True)
class Running:
    """One process. `took`: seconds from its start until it said that it is ready, nan before that."""

    child: Child
    http: str
    admin: str
    log: Path
    began: float
    took: float = float("nan")

    @property
    def pid(self) -> int:
        """Its process."""
        return self.child.process.pid


class Baton:
    """Starts and ends processes on one place; `folder` holds keys and logs. `argv`: how `baton serve` is called."""

    def __init__(self, place: Place, folder: Path, *, argv: Sequence[str] = SERVE) -> None:
        self.place = place
        self.folder = folder
        self.argv = tuple(argv)
        self.key = ""
        self._mint = TokenMint(folder / "keys")
        self._ring = KeyRing.open(folder / "keys", create=True)

    @asynccontextmanager
    async def serving(self, *what: str) -> AsyncIterator[Running]:
        """`serving("intake", "--role", "api")`: ready when the block begins, ended as an operator would after it."""
        running = self.start(*what)
        try:
            yield await self.ready(running)
        finally:
            await self.end([running])

    @asynccontextmanager
    async def apart(self, services: Sequence[str] = SERVICES) -> AsyncIterator[dict[str, Running]]:
        """Every role a process of its own, by `service.role`."""
        started: dict[str, Running] = {}
        try:
            for service in services:
                for role in APART[service]:
                    started[f"{service}.{role}"] = self.start(service, "--role", role)
            for name, running in started.items():
                started[name] = await self.ready(running)
            yield started
        finally:
            await self.end(list(started.values()))

    def start(self, *what: str) -> Running:
        """Start it and go on."""
        name = "-".join(part for part in what if part != "--role")
        http = free_port()
        admin = free_port(taken={http})
        log = self.folder / f"{name}.log"
        told = {**self._environment(), "BATON_HTTP": f"127.0.0.1:{http}", "BATON_ADMIN_HTTP": f"127.0.0.1:{admin}"}
        began = time.monotonic()
        child = start_child(name, Errand((*self.argv, *what), log, told, folder=Path.cwd()))
        return Running(child, f"http://127.0.0.1:{http}", f"http://127.0.0.1:{admin}", log, began)

    async def ready(self, running: Running) -> Running:
        """Wait until it is; how long that took since its start is in the answer.

        Raises:
            DidNotStart: it will not be.
        """
        async with httpx.AsyncClient(trust_env=False) as client:
            while running.child.is_alive() and time.monotonic() < running.began + _READY_WITHIN:
                try:
                    if (await client.get(f"{running.admin}/readyz")).status_code == 200:
                        return replace(running, took=time.monotonic() - running.began)
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)
        raise DidNotStart(tail(running.log))

    async def end(self, running: Sequence[Running]) -> None:
        """SIGTERM to all, and wait; who does not go in time is killed."""
        for one in running:
            if one.child.is_alive():
                one.child.process.terminate()
        for one in running:
            await asyncio.to_thread(stop_child, one.child, grace=_ENDS_WITHIN)

    async def apply(self, http: str, network: dict[str, Any]) -> None:
        """Apply the network, and issue the partner's key."""
        headers = {"authorization": f"Bearer {self._mint.token(OPERATOR)}"}
        async with httpx.AsyncClient(base_url=http, trust_env=False, timeout=60) as client:
            answer = await client.put("/intake/v1/network", json=network, headers=headers)
        assert answer.status_code == 200, answer.text
        self.key = await self.issue(Identity("partner", PARTNER))

    async def issue(self, who: Identity) -> str:
        """A key of a partner or sponsor."""
        database = Database.open(self.place.url("intake"), service="intake")
        try:
            async with database.work("system:operator") as work:
                return await issue_key(work, self._ring, who, timedelta(hours=12))
        finally:
            await database.close()

    def token(self, who: Identity) -> str:
        """A token of sixty seconds."""
        return self._mint.token(who)

    def _environment(self) -> dict[str, str]:
        told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
        told |= {f"BATON_{service.upper()}_DATABASE_URL": self.place.url(service) for service in SERVICES}
        return told | {
            "BATON_KAFKA": self.place.kafka,
            "BATON_NAMESPACE": self.place.namespace,
            "BATON_KEYS_DIR": str(self.folder / "keys"),
            "BATON_HOME": str(self.folder),
        }
