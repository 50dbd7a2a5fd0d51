"""One short run: a whole Baton in few processes. What a scenario breaks has a process of its own; others share."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx

from deploy.local.children import Child, Errand, start_child, stop_child
from deploy.local.ports import free_port
from services.chassis.auth.identity import Identity, Kind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.intake.access.storage.issuer import OPERATOR, TokenMint
from services.intake.access.storage.keys import issue_key
from tests.faults.patched.scenarios.ground import Plot
from tests.faults.patched.scenarios.network import Document
from tests.faults.stand.forked import ForkedRole, Nursery, ended
from tests.faults.stand.forked import launched as told
from tests.faults.stand.layout import ROOT, named
from tests.faults.stand.roles import Role
from tests.faults.world import SERVICES, World

KINDS: Final = ("api", "consume", "relay", "tick", "send")
_SECTIONS: Final[dict[Kind, str]] = {"partner": "partners", "sponsor": "sponsors", "staff": "staff"}
_HOST: Final = "127.0.0.1"


@dataclass(frozen=True)
class Wanted:
    """What a run is made of."""

    apart: tuple[str, ...]
    """roles that get a process of their own: `routing.relay`, `routing.relay#2`"""
    bugs: tuple[str, ...] = ()
    alerts: bool = False
    """clocks run out: a mailbox is needed"""


@dataclass
class Room:
    """A running one. `roles`: the processes that stand apart."""

    world: World
    roles: dict[str, Role]
    environment: Mapping[str, str] = field(repr=False)
    bugs: tuple[str, ...]
    nursery: Nursery
    admin: "asyncpg.Connection[asyncpg.Record]" = field(repr=False)

    @property
    def arm(self) -> Path:
        """Files here arm crash points."""
        return self.world.folder / "arm"

    async def rows(self, sql: str, *args: object) -> list[Mapping[str, Any]]:
        """As the administrator; the statement names the schema."""
        return [dict(row) for row in await self.admin.fetch(sql, *args)]

    async def until(self, sql: str, *args: object, within: float = 20.0) -> None:
        """Ask until the first row's first column is true. Raises TimeoutError naming the question."""
        try:
            async with asyncio.timeout(within):
                while not await self.admin.fetchval(sql, *args):
                    await asyncio.sleep(0.03)
        except TimeoutError:
            raise TimeoutError(f"never true: {sql}") from None

    @asynccontextmanager
    async def locked(self, table: str) -> AsyncIterator[None]:
        """Nobody writes to this table for the length of the block."""
        connection = await asyncpg.connect(self.world.administrator.replace("+asyncpg", ""))
        try:
            async with connection.transaction():
                await connection.execute(f"lock table {table} in share row exclusive mode")
                yield
        finally:
            await connection.close()

    async def back(self, role: str) -> None:
        """A process that was killed, and is ready again."""
        while self.roles[role].alive:
            await asyncio.sleep(0.02)
        await self.roles[role].start()
        await self.roles[role].ready()

    async def apply(self, document: Document) -> None:
        """PUT the network as the operator."""
        bearer = TokenMint(self.world.keys).token(OPERATOR)
        headers = {"authorization": f"Bearer {bearer}"}
        async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
            answer = await client.put(f"{self.world.http['intake']}/intake/v1/network", json=document, headers=headers)
        if answer.status_code != httpx.codes.OK:
            raise ValueError(f"the network was not taken: {answer.text}")
        self.world.network.clear()
        self.world.network.update(document)

    async def command(self, *words: str) -> int:
        """`baton words...` under the launcher; its exit code."""
        argv = told(self.arm, f"cli.{words[0]}", self.bugs, *words)
        errand = Errand(argv, self.world.logs / "commands.log", self.environment, ROOT)
        return await ended(await self.nursery.bear("baton", errand))


@asynccontextmanager
async def room(
    folder: Path, plot: Plot, nursery: Nursery, wanted: Wanted, network: Document, seed: int
) -> AsyncIterator[Room]:
    """Everything runs, the network is applied and everybody let in, until the end of the block. Main thread only."""
    async with AsyncExitStack() as ending:
        ports: dict[str, int] = {}
        environment = _environment(folder, plot, ports)
        processes = dict(_processes(wanted.apart))
        for name in processes:
            _port(ports, name), _port(ports, f"{name} admin")
        http = {service: _http(processes, ports, service) for service in SERVICES}
        world = World(
            folder=folder, seed=seed, namespace=plot.namespace, kafka=plot.kafka, administrator=plot.administrator,
            databases=plot.databases, http=http, mailbox=f"http://{_HOST}:{_port(ports, 'mailbox')}",
            mail=folder / "mail", keys=folder / "keys", secrets={}, network={},
        )  # fmt: skip
        environment |= {"BATON_PUBLIC_URL": http["sla"]}
        for made in (folder / "arm", world.logs, world.mail):
            made.mkdir(parents=True, exist_ok=True)
        KeyRing.open(world.keys, create=True)
        TokenMint(world.keys).token(OPERATOR)
        if wanted.alerts:
            ending.callback(stop_child, _mailbox(world, ports), grace=2)
        roles = {
            name: _role(nursery, name, words, world, environment, ports, wanted) for name, words in processes.items()
        }
        ending.push_async_callback(_kill_all, roles)
        admin = await asyncpg.connect(plot.administrator.replace("+asyncpg", ""))
        ending.push_async_callback(admin.close)
        made_room = Room(world, roles, environment, wanted.bugs, nursery, admin)
        await _open(made_room, plot, network)
        yield made_room


async def _open(made: Room, plot: Plot, network: Document) -> None:
    for role in made.roles.values():
        await role.start()
    intake = next(role for name, role in made.roles.items() if _serves(name, role, "intake", "api"))
    await intake.ready()
    made.world.secrets.update(await _let_in(made.world, plot, network))
    await made.apply(network)
    await asyncio.gather(*(role.ready() for role in made.roles.values()))
    staff = "select count(*) = $1 from routing.copy where key like 'staff/%' and body is not null"
    await made.until(staff, len(network["staff"]))
    made.world.save()


def _processes(apart: Sequence[str]) -> Iterator[tuple[str, list[str]]]:
    """Name -> what `baton` is told. Kinds of roles whose services are the same share a process."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for kind in KINDS:
        services = tuple(service for service in SERVICES if f"{service}.{kind}" not in apart)
        shared.setdefault(services, []).append(kind)
    for services, kinds in shared.items():
        if services:
            yield "+".join(kinds), ["serve", *services, *(word for kind in kinds for word in ("--role", kind))]
    for role in apart:
        service, kind = named(role)
        yield role, ["serve", service, "--role", kind]


def _serves(name: str, role: Role, service: str, kind: str) -> bool:
    argv = [str(word) for word in role.errand.argv]
    return service in argv and kind in argv


def _http(processes: Mapping[str, list[str]], ports: Mapping[str, int], service: str) -> str:
    name = next(name for name, words in processes.items() if service in words and "api" in words)
    return f"http://{_HOST}:{ports[name]}"


def _role(
    nursery: Nursery,
    name: str,
    baton: list[str],
    world: World,
    environment: Mapping[str, str],
    ports: Mapping[str, int],
    wanted: Wanted,
) -> Role:
    """A process; bugs and points are for those that stand apart, whose role is one."""
    apart = name in wanted.apart
    doors = {"BATON_HTTP": f"{_HOST}:{ports[name]}", "BATON_ADMIN_HTTP": f"{_HOST}:{ports[f'{name} admin']}"}
    argv = told(world.folder / "arm", name if apart else "shared", wanted.bugs if apart else (), *baton)
    errand = Errand(argv, world.logs / f"{name}.log", {**environment, **doors}, ROOT)
    return ForkedRole(nursery, name, errand, ports[f"{name} admin"])


def _environment(folder: Path, plot: Plot, ports: dict[str, int]) -> dict[str, str]:
    given = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
    given |= {f"BATON_{service.upper()}_DATABASE_URL": url for service, url in plot.databases.items()}
    return given | {
        "PYTHONPATH": str(ROOT),
        "BATON_DATABASE_URL": plot.administrator,
        "BATON_KAFKA": plot.kafka,
        "BATON_KAFKA_SESSION_SECONDS": "6",
        "BATON_NAMESPACE": plot.namespace,
        "BATON_SMTP_URL": f"smtp://{_HOST}:{_port(ports, 'smtp')}",
        "BATON_KEYS_DIR": str(folder / "keys"),
        "BATON_HOME": str(folder / "home"),
    }


def _port(ports: dict[str, int], name: str) -> int:
    if name not in ports:
        ports[name] = free_port(taken=set(ports.values()))
    return ports[name]


def _mailbox(world: World, ports: dict[str, int]) -> Child:
    smtp, http = (f"{_HOST}:{_port(ports, name)}" for name in ("smtp", "mailbox"))
    words = ("--smtp", smtp, "--http", http, "--folder", str(world.mail))
    argv = (sys.executable, "-m", "deploy.local.mailbox", *words)
    log = world.folder / "programs" / "mailbox.log"
    return start_child("mailbox", Errand(argv, log, {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}, ROOT))


async def _let_in(world: World, plot: Plot, network: Document) -> dict[str, str]:
    """A secret for each partner, sponsor and staff member."""
    ring = KeyRing.open(world.keys, create=True)
    database = Database.open(plot.databases["intake"], service="intake")
    try:
        async with database.work("system:operator") as work:
            everybody = [Identity(kind, item["id"]) for kind, name in _SECTIONS.items() for item in network[name]]
            return {str(who): await issue_key(work, ring, who, timedelta(hours=12)) for who in everybody}
    finally:
        await database.close()


async def _kill_all(roles: Mapping[str, Role]) -> None:
    await asyncio.gather(*(role.kill() for role in roles.values()))
