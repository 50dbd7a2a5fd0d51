"""The traffic's own stack, for its tests: all four services in one process on a place of the shared servers.

The fault runs have `tests.faults.stand`, with a process for every role; here nothing is asked of the stack but that it
runs, can be killed, and comes back.
"""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx

from deploy.local.ports import free_port
from services.chassis.auth.identity import Identity, Kind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.topics import make_topics
from services.intake.access.storage.issuer import TokenMint
from services.intake.access.storage.keys import issue_key
from tests.faults.traffic.network import network
from tests.faults.world import World
from tests.place import SERVICES, Place

_SECTIONS: Final[dict[Kind, str]] = {"partner": "partners", "sponsor": "sponsors", "staff": "staff"}
_READY_WITHIN: Final = 90.0


@dataclass
class Alone:
    """One `baton serve all` under the launcher, its mailbox, and the world the traffic reads."""

    world: World
    environment: dict[str, str] = field(repr=False)
    admin_http: str
    _process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Serve; ready when this returns."""
        arm = str(self.world.folder / "arm")
        with (self.world.folder / "serve.log").open("ab") as out:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "tests.faults.patched", "--arm", arm, "serve", "all",
                env=self.environment, stdout=out, stderr=out,
            )  # fmt: skip
        async with asyncio.timeout(_READY_WITHIN), httpx.AsyncClient(trust_env=False) as client:
            while not await _answers(client, f"{self.admin_http}/readyz"):
                assert self._process.returncode is None, (self.world.folder / "serve.log").read_text()[-2000:]
                await asyncio.sleep(0.1)

    async def kill(self) -> None:
        """SIGKILL, whatever it is doing."""
        assert self._process is not None
        self._process.kill()
        await self._process.wait()

    async def close(self) -> None:
        """Take it away if it still runs."""
        if self._process is not None and self._process.returncode is None:
            await self.kill()


@asynccontextmanager
async def alone(place: Place, folder: Path, seed: int) -> AsyncIterator[Alone]:
    """Running, its network applied, everybody let in, `world.json` written."""
    ports: dict[str, int] = {}
    for name in ("http", "admin", "smtp", "mailbox"):
        ports[name] = free_port(taken=set(ports.values()))
    addresses = {name: f"127.0.0.1:{port}" for name, port in ports.items()}
    made = Alone(
        _world(place, folder, seed, addresses), _environment(place, folder, addresses), _url(addresses, "admin")
    )
    (folder / "arm").mkdir(parents=True, exist_ok=True)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(made.close)
        await make_topics(place.kafka, place.namespace)
        await stack.enter_async_context(_mailbox(folder, addresses))
        await made.start()
        await _let_in(made.world, place)
        made.world.save()
        yield made


async def _let_in(world: World, place: Place) -> None:
    """Apply the network, and make a secret for everybody in it."""
    token = TokenMint(world.keys).token(Identity("operator", "local"))
    async with httpx.AsyncClient(base_url=world.http["intake"], trust_env=False, timeout=20) as client:
        headers = {"authorization": f"Bearer {token}"}
        applied = await client.put("/intake/v1/network", json=world.network, headers=headers)
        assert applied.status_code == 200, applied.text
    ring = KeyRing.open(world.keys, create=True)
    database = Database.open(place.url("intake"), service="intake")
    try:
        async with database.work("system:operator") as work:
            for kind, section in _SECTIONS.items():
                for item in world.network[section]:
                    who = Identity(kind, item["id"])
                    world.secrets[str(who)] = await issue_key(work, ring, who, timedelta(hours=12))
    finally:
        await database.close()


def _world(place: Place, folder: Path, seed: int, addresses: dict[str, str]) -> World:
    return World(
        folder=folder,
        seed=seed,
        namespace=place.namespace,
        kafka=place.kafka,
        administrator=place.administrator,
        databases={service: place.url(service) for service in SERVICES},
        http=dict.fromkeys(SERVICES, _url(addresses, "http")),
        mailbox=_url(addresses, "mailbox"),
        mail=folder / "mail",
        keys=folder / "keys",
        secrets={},
        network=network(seed),
    )


def _environment(place: Place, folder: Path, addresses: dict[str, str]) -> dict[str, str]:
    told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
    told |= {f"BATON_{service.upper()}_DATABASE_URL": place.url(service) for service in SERVICES}
    return told | {
        "BATON_KAFKA": place.kafka,
        "BATON_NAMESPACE": place.namespace,
        "BATON_HTTP": addresses["http"],
        "BATON_ADMIN_HTTP": addresses["admin"],
        "BATON_PUBLIC_URL": _url(addresses, "http"),
        "BATON_SMTP_URL": f"smtp://{addresses['smtp']}",
        "BATON_KEYS_DIR": str(folder / "keys"),
        "BATON_HOME": str(folder),
    }


@asynccontextmanager
async def _mailbox(folder: Path, addresses: dict[str, str]) -> AsyncIterator[None]:
    with (folder / "mailbox.log").open("ab") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "deploy.local.mailbox", "--smtp", addresses["smtp"], "--http", addresses["mailbox"],
            "--folder", str(folder / "mail"), stdout=out, stderr=out,
        )  # fmt: skip
    try:
        yield
    finally:
        process.kill()
        await process.wait()


def _url(addresses: dict[str, str], name: str) -> str:
    return f"http://{addresses[name]}"


async def _answers(client: httpx.AsyncClient, url: str) -> bool:
    try:
        return (await client.get(url)).status_code == 200
    except httpx.TransportError:
        return False
