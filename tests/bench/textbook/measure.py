"""The textbook version's figures of one repetition: four processes, the same load over HTTP."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import httpx

from deploy.local.children import Child, Errand, start_child, stop_child, tail
from deploy.local.ports import free_port
from tests.bench.floor.statements import MAKE_LOADS
from tests.bench.machine import Meter, listener, postgres_pids
from tests.bench.network import routes
from tests.bench.offer import Offered, Order, offered
from tests.bench.place import Admin, a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.textbook.told import Told
from tests.place import SERVICES, Place

_STARTS_WITHIN: Final = 60.0
_STALLED: Final = 60.0
_DONE: Final = """
select least((select coalesce(sum(n), 0)::bigint from reporting.tally), (select count(*) from sla.timer)) as n
"""


class Broke(RuntimeError):
    """A textbook service ended, or stands still."""


async def textbook(servers: Servers, plan: Plan, results: Results, sample: Path, folder: Path) -> None:
    """All four hops, and a plain insert behind FastAPI."""
    async with a_place(servers) as place, admin_of(place) as admin:
        await admin.execute(MAKE_LOADS)
        async with _services(place, sample, folder) as (port, children):
            await _through(admin, plan, port, 1, plan.warm // 2)
            groups = {
                "textbook": tuple(child.process.pid for child in children),
                "postgres": await postgres_pids(admin),
                "kafka": listener(int(servers.kafka.rpartition(":")[2])),
            }
            meter = Meter(groups).begin()
            done, took = await _through(admin, plan, port, plan.warm, plan.textbook)
            results.add("textbook", "1/s", plan.textbook / took)
            results.note("textbook: processor", str(meter.taken(load=done.cpu)))
            plain = await _offer(plan, port, plan.warm + plan.textbook, plan.backlog, "/plain")
            results.add("intake.plain insert", "1/s", plain.accepted / plain.took)


async def _through(admin: Admin, plan: Plan, port: int, first: int, count: int) -> tuple[Offered, float]:
    """Seconds from the first request to the last report, by this process's clock."""
    before = int(await admin.fetchval(_DONE))
    began = moved = time.monotonic()
    done = await _offer(plan, port, first, count, "/referrals")
    seen = -1
    while (now := int(await admin.fetchval(_DONE))) < before + count:
        if now != seen:
            seen, moved = now, time.monotonic()
        if time.monotonic() - moved > _STALLED:
            raise Broke(f"{now - before} of {count} came through")
        await asyncio.sleep(0.05)
    return done, time.monotonic() - began


async def _offer(plan: Plan, port: int, first: int, count: int, path: str) -> Offered:
    done = await offered(Order(port, "none", first, count, plan.connections, routes(), plan.seed, path=path))
    if done.accepted != count:
        raise Broke(str(done.statuses))
    return done


@asynccontextmanager
async def _services(place: Place, sample: Path, folder: Path) -> AsyncIterator[tuple[int, list[Child]]]:
    port = free_port()
    children = []
    try:
        for service in SERVICES:
            told = Told(service, place.kafka, place.administrator, place.namespace, str(sample), port)
            argv = (sys.executable, "-m", "tests.bench.textbook", told.text())
            log = folder / f"textbook-{service}.log"
            children.append(start_child(f"textbook {service}", Errand(argv, log, _environment(), folder=Path.cwd())))
        await _until_open(port, children[0], folder / "textbook-intake.log")
        yield port, children
    finally:
        for child in children:
            if child.is_alive():
                child.process.terminate()
        for child in children:
            await asyncio.to_thread(stop_child, child)


async def _until_open(port: int, child: Child, log: Path) -> None:
    until = time.monotonic() + _STARTS_WITHIN
    async with httpx.AsyncClient(trust_env=False) as client:
        while child.is_alive() and time.monotonic() < until:
            try:
                await client.get(f"http://127.0.0.1:{port}/docs")
                return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
    raise Broke(tail(log))


def _environment() -> dict[str, str]:
    import os

    return dict(os.environ)
