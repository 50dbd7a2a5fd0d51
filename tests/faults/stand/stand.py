"""One whole Baton to break: servers and processes of its own, and a handle on each. All of it ends with the block."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from deploy.local.children import Child, Errand, start_child, stop_child
from tests.faults.history import History
from tests.faults.stand.broom import sweep_stale, swept
from tests.faults.stand.disks import Disk
from tests.faults.stand.forked import ForkedRole, nursery
from tests.faults.stand.infrastructure import servers
from tests.faults.stand.layout import ROOT, Layout
from tests.faults.stand.links import Link, links
from tests.faults.stand.places import Places
from tests.faults.stand.roles import Role
from tests.faults.stand.samples import FILE, sample_for_ever
from tests.faults.stand.servers import Server
from tests.faults.stand.watch import Watch
from tests.faults.world import World

_COMMAND_WITHIN: Final = 120.0
_UP_WITHIN: Final = 120.0
"""Seconds for all processes together: on two cores each waits for the others."""

_FIRST: Final = "intake.api"
"""It takes the network while the others come up."""

Network = dict[str, Any]


@dataclass(frozen=True)
class Stand:
    """Everything that runs, and how to break it."""

    world: World
    roles: Mapping[str, Role]
    postgres: Server
    kafka: Server
    mailbox: Server
    links: Mapping[str, Link]
    """`sla.postgres`, `routing.kafka`, ...; empty when the layout wants no proxies"""
    disks: Mapping[str, Disk]
    """`postgres`, `kafka`, where the layout gives them disks of their own"""
    faults: History
    """faults.jsonl: what is done here is written with it"""
    places: Places

    @asynccontextmanager
    async def keep_up(self) -> AsyncIterator[None]:
        """For the length of the block whatever dies comes back, but what we killed for longer; each end is noted."""
        kept: list[Role | Server] = [*self.roles.values(), self.postgres, self.kafka, self.mailbox]
        task = asyncio.create_task(Watch(kept, self.faults, self.places.arm).run(), name="stand.keep_up")
        try:
            yield
        finally:
            if task.done():
                task.result()
            await _ended(task)

    def command(self, *words: str, service: str = "intake") -> Child:
        """Start `baton words...` under the launcher, past the proxies; for what an operator does."""
        environment = self.places.environment(service, past_proxies=True)
        environment["BATON_DATABASE_URL"] = self.world.administrator
        errand = Errand([*self.places.launched(), *words], self.places.log("commands"), environment, ROOT)
        return start_child(" ".join(("baton", *words)), errand)

    async def run_command(self, *words: str, within: float = _COMMAND_WITHIN) -> int:
        """The same, to its end; the exit code."""
        child = self.command(*words)
        try:
            async with asyncio.timeout(within):
                while child.is_alive():
                    await asyncio.sleep(0.05)
        finally:
            stop_child(child, grace=1)
        return child.process.returncode


@asynccontextmanager
async def stand(layout: Layout, network: Network | None) -> AsyncIterator[Stand]:
    """Bring it up: servers, schemas, topics, keys, every role ready, the network applied, everybody let in.

    Without a network (a run without intake's api) nothing is applied and nobody let in. Main thread only.

    Raises:
        Void: the layout wants disks, and this process may not mount.
        StackError, NotReady: something does not come up; the text has the end of its log.
    """
    async with AsyncExitStack() as ending:
        places = Places.of(layout)
        for folder in (places.arm, places.programs):
            folder.mkdir(parents=True, exist_ok=True)
        sweep_stale()
        await ending.enter_async_context(swept(layout.folder, places.programs / "broom.log"))
        importing = asyncio.create_task(asyncio.to_thread(_import_all))
        between = await ending.enter_async_context(links(places.ways, places.programs / "proxies.log"))
        made = await ending.enter_async_context(servers(places))
        await importing
        roles = await _roles(places, ending)
        ending.push_async_callback(_kill_all, roles)
        secrets = await _prepare(places, roles, network)
        world = places.world(network or {}, secrets)
        world.save()
        told = ending.enter_context(History(world.faults))
        beneath = {server.name: server for server in (made.postgres, made.kafka, made.mailbox)}
        await ending.enter_async_context(_sampled(world, roles, beneath))
        yield Stand(world, roles, made.postgres, made.kafka, made.mailbox, between, made.disks, told, places)


async def _roles(places: Places, ending: AsyncExitStack) -> dict[str, Role]:
    told = {name: (name, places.errand(name), places.at[f"{name} admin"]) for name in places.layout.roles}
    if not places.layout.forked:
        return {name: Role(*one) for name, one in told.items()}
    born = await ending.enter_async_context(nursery(places.programs / "nursery.log"))
    return {name: ForkedRole(born, *one) for name, one in told.items()}


async def _prepare(places: Places, roles: Mapping[str, Role], network: Network | None) -> dict[str, str]:
    """Schemas, topics, keys; then every role ready, the network applied, a secret for everybody.

    No role is started before its schema and topics are there: it would come up as well, but its log would not be clean.
    """
    from tests.faults.stand import prepare

    prepare.prepare_keys(places)
    await asyncio.gather(prepare.prepare_database(places), prepare.prepare_topics(places))
    for role in sorted(roles.values(), key=_intake_first):
        await role.start()
    secrets: dict[str, str] = {}
    if network is not None:
        await roles[_FIRST].ready(_UP_WITHIN)
        await prepare.apply_network(places, network)
        secrets = await prepare.let_in(places, network)
    for role in roles.values():
        await role.ready(_UP_WITHIN)
    return secrets


@asynccontextmanager
async def _sampled(world: World, roles: Mapping[str, Role], beneath: Mapping[str, Server]) -> AsyncIterator[None]:
    with History(world.folder / FILE) as held:
        task = asyncio.create_task(sample_for_ever(roles, beneath, world.administrator, held), name="stand.samples")
        try:
            yield
        finally:
            await _ended(task)


async def _kill_all(roles: Mapping[str, Role]) -> None:
    await asyncio.gather(*(role.kill() for role in roles.values()))


async def _ended(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _intake_first(role: Role) -> bool:
    return role.name != _FIRST


def _import_all() -> None:
    """What preparing needs; it takes as long as the servers do."""
    import tests.faults.stand.prepare  # noqa: F401
