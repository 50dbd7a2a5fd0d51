"""Referrals a second that intake takes alone, each durable before its answer: by themselves and in batches."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Final
from uuid import UUID

from deploy.local.addresses import Say
from tests.bench.baton import Running
from tests.bench.network import routes
from tests.bench.offer import BATCH, PATH, Order, offered
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.seed import EVERYWHERE, Seeder
from tests.bench.servers import Servers
from tests.bench.whole.stand import NotAccepted, Stand, a_stand

LINES: Final = 1_000
"""Referrals of one batch, as many as the door takes."""

_SENDERS: Final = 2
"""Batches that are under way at one process."""

_PROCESSES: Final = {"one process": 1, "two processes": 2}

_PEOPLE: Final = {name: at for name, at in EVERYWHERE.items() if name.startswith("intake.")}


async def doors(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """One place that grows; at each size both doors, of one process and of two beside each other."""
    async with a_stand(servers, plan, folder / "doors") as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
        like = UUID(str(await stand.admin.fetchval("select lead from intake.referral limit 1")))
        seeder, there = Seeder(stand.admin, like, plan.seed), 0
        for size in plan.grown:
            await seeder.seed(size - there, _PEOPLE, {})
            await stand.admin.execute("vacuum analyze")
            await stand.admin.execute("checkpoint")
            there = size
            say(f"{size} people")
            for word, processes in _PROCESSES.items():
                await _measure(stand, results, f"doors.at {size}.{word}", processes)


async def _measure(stand: Stand, results: Results, name: str, processes: int) -> None:
    plan = stand.plan
    async with _serving(stand, processes) as running:
        await _offer(stand, running, PATH, 4 * plan.connections, 0)
        for _ in range(plan.repetitions):
            results.add(f"{name}.post", "1/s", await _offer(stand, running, PATH, plan.offered, 0))
            meter = await stand.meter(*(one.pid for one in running))
            results.add(f"{name}.batch", "1/s", await _offer(stand, running, BATCH, plan.batched, LINES))
            results.note(f"{name}.batch: processor", str(meter.taken()))


@asynccontextmanager
async def _serving(stand: Stand, processes: int) -> AsyncIterator[list[Running]]:
    async with AsyncExitStack() as stack:
        yield [
            await stack.enter_async_context(stand.baton.serving("intake", "--role", "api")) for _ in range(processes)
        ]


async def _offer(stand: Stand, doors: Sequence[Running], path: str, count: int, lines: int) -> float:
    """Accepted a second, all doors together."""
    share = count // len(doors)
    connections = _SENDERS if lines else stand.plan.connections // len(doors)
    orders = []
    for door in doors:
        port = int(door.http.rpartition(":")[2])
        first, stand.sent = stand.sent + 1, stand.sent + share
        orders.append(
            Order(port, stand.baton.key, first, share, connections, routes(), stand.plan.seed, path=path, lines=lines)
        )
    done = await asyncio.gather(*map(offered, orders))
    if any(one.accepted != share for one in done):
        raise NotAccepted(str([one.statuses for one in done]))
    return sum(one.accepted for one in done) / max(one.took for one in done)
