"""A stand for real: a referral goes through it, each part is broken once in every way, and nothing stays behind."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest

from deploy.local.addresses import HOST
from services.cli.network import read_files
from tests.canary.people import Canary
from tests.faults.history import lines_of
from tests.faults.stand.disks import may_mount
from tests.faults.stand.layout import Layout
from tests.faults.stand.left import mounts_of, processes_of, segment_of, segments
from tests.faults.stand.samples import sessions
from tests.faults.stand.stand import Stand, stand
from tests.faults.world import World
from tests.journeys.world import NETWORK

SMALL = ("intake.api", "intake.relay", "routing.consume")
ROOM = {"postgres": 512 * 2**20, "kafka": 128 * 2**20}


async def until(true: Callable[[], Awaitable[bool]], within: float = 60.0) -> None:
    async with asyncio.timeout(within):
        while not await true():
            await asyncio.sleep(0.1)


async def refer(world: World, number: int) -> httpx.Response:
    who = Canary(number)
    body = {
        "route": "kelp-soloby", "study": "kelp", "material": "kelp-words@1", "external_id": who.external_id,
        "disclosure_basis": who.basis, "person": who.person, "stated_interest": "learn_more",
        "permission": {"channels": ["phone"], "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"},
    }  # fmt: skip
    secret = world.secrets["partner:quarrel"]
    headers = {"authorization": f"Bearer {secret}", "idempotency-key": f"the-stand-{number}"}
    async with httpx.AsyncClient(base_url=world.http["intake"], trust_env=False, timeout=20) as client:
        return await client.post("/intake/v1/referrals", json=body, headers=headers)


async def goes_through(world: World, number: int) -> None:
    """Refer somebody, again until it is accepted; wait until routing has the lead."""

    async def accepted() -> bool:
        with contextlib.suppress(httpx.TransportError):
            return (await refer(world, number)).status_code == 202
        return False

    async def has_it() -> bool:
        try:
            admin = await asyncpg.connect(world.administrator.replace("+asyncpg", ""), timeout=2)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return False
        try:
            return int(await admin.fetchval("select count(*) from routing.lead")) >= number
        finally:
            admin.terminate()

    await until(accepted)
    await until(has_it)


async def break_processes(running: Stand) -> None:
    """Each way a process can go, with the keeper beside it."""
    role = running.roles["routing.consume"]
    pid = role.pid
    await role.kill()
    await until(role.is_ready)
    assert role.pid not in (None, pid)
    await role.freeze()
    assert (role.alive, role.frozen, await role.is_ready()) == (True, True, False)
    await role.thaw()
    await until(role.is_ready)
    assert await role.terminate() < 20
    assert (role.alive, role.code) == (False, 0)
    await role.start()
    await role.ready()


async def break_servers(running: Stand) -> None:
    """Each server frozen, thawed, killed and brought back."""
    for server in (running.kafka, running.postgres):
        await server.freeze()
        assert (server.alive, server.is_up) == (True, False)
        await server.thaw()
        assert server.is_up
        await server.kill()
        assert (server.alive, server.is_up) == (False, False)
        await server.start()
        assert server.is_up


async def break_links(running: Stand) -> None:
    """One link cut while the other services go on."""
    link, port = running.links["routing.postgres"], running.places.at["routing.postgres"]
    assert (await link.told())["open"] > 0
    await link.cut()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(HOST, port)
    assert (await refer(running.world, 3)).status_code == 202
    await link.heal()


async def fill_disks(running: Stand) -> None:
    """A full disk ends a server or makes it refuse; once there is room it is there again."""
    for name, disk in running.disks.items():
        await disk.fill()
        assert disk.left < 2**20, name
        await disk.free()
        assert disk.left > 0, name


@contextlib.asynccontextmanager
async def standing(layout: Layout) -> AsyncIterator[Stand]:
    async with stand(layout, read_files([NETWORK]).document) as running, running.keep_up():
        yield running


def noted(world: World) -> list[tuple[Any, ...]]:
    return [(line["who"], line["code"], line["asked"]) for line in lines_of(world.faults) if line["what"] == "ended"]


async def rehearsed(layout: Layout) -> tuple[World, str]:
    """Everything once, a referral before, between and after. Also the segment PostgreSQL had at the end."""
    async with standing(layout) as running:
        await goes_through(running.world, 1)
        await break_processes(running)
        await break_servers(running)
        await goes_through(running.world, 2)
        await break_links(running)
        await fill_disks(running)
        await goes_through(running.world, 4)
        assert World.load(layout.folder) == running.world
        held = running.roles["intake.api"].resources()
        assert held is not None
        assert min(held.rss / 10**7, held.fds / 5, held.threads) >= 1
        assert "baton-intake-api" in (await sessions(running.world.administrator) or {})
        return running.world, segment_of(running.places.postgres / "data")


@pytest.mark.timeout(300)
async def test_a_stand_is_broken_in_every_way_and_leaves_nothing(tmp_path: Path) -> None:
    world, segment = await rehearsed(Layout(tmp_path, 1, SMALL, disks=ROOM if may_mount() else {}))
    reader = [end for end in noted(world) if end[0] == "routing.consume"]
    assert reader[:2] == [("routing.consume", -signal.SIGKILL, "kill"), ("routing.consume", 0, "terminate")]
    assert {("kafka", -signal.SIGKILL, "kill"), ("postgres", -signal.SIGKILL, "kill")} <= set(noted(world))
    assert (processes_of(tmp_path), mounts_of(tmp_path), segments() & {segment}) == ([], [], set())
