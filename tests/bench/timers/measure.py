"""The real ticker on real clocks: some that become due one after the other, some that are due at once."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from deploy.local.addresses import Say
from tests.bench.place import Admin, admin_of
from tests.bench.plan import Plan
from tests.bench.results import OTHERS, Results
from tests.bench.seed import CLOCKS, DUE, Seeder
from tests.bench.series import quantile
from tests.bench.servers import Servers
from tests.bench.whole.measure import WITHOUT_DOORS
from tests.bench.whole.seen import Stalled, database_time
from tests.bench.whole.stand import Stand, a_stand

_AHEAD: Final = timedelta(seconds=4)
"""Seeding happens before the first of them is due."""

_STALLED: Final = 60.0

# A fact is written in the transaction that takes the timer off.
_FIRED: Final = """
select o.created, extract(epoch from o.created - s.due)::float8 as late from bench.seeded as s
join sla.outbox as o on o.stream = 'alerts' and o.key = s.id::text and o.type = 'baton.DeadlineWarned.v1'
where s.batch = $1
"""

_LEFT: Final = """
select count(*) from sla.timer as t join bench.seeded as s on s.id = t.subject where s.batch = $1 and t.due = s.due
"""


async def timers(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """One place whose pending timers grow."""
    async with a_stand(servers, plan, folder / "timers") as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
        like = await stand.admin.fetchval("select subject from sla.timer limit 1")
        seeder, there = Seeder(stand.admin, UUID(str(like)), plan.seed), 0
        results.note("timers: seeded", f"leads and running clocks in {', '.join(CLOCKS)}; facts of firing go to Kafka")
        for pending in plan.timers:
            began = time.monotonic()
            await seeder.seed(pending - there, CLOCKS, {})
            await stand.admin.execute("vacuum analyze sla.timer, sla.lead, sla.clock, sla.clock_interval")
            await stand.admin.execute("checkpoint")
            there = pending
            say(f"{pending} timers are pending, seeded in {time.monotonic() - began:.0f} s")
            async with stand.baton.serving(*WITHOUT_DOORS) as running:
                for _ in range(plan.repetitions):
                    await _burst(stand, seeder, results, f"timers.at {pending}", running.pid)
                await _paced(stand, seeder, results, f"timers.at {pending}", held=False)
                await _paced(stand, seeder, results, f"timers.at {pending}, snapshot held", held=True)


async def _burst(stand: Stand, seeder: Seeder, results: Results, name: str, pid: int) -> None:
    """From when all of them are there to the last one fired."""
    due = await database_time(stand.admin) - timedelta(seconds=1)
    batch = await seeder.seed(stand.plan.overdue, CLOCKS, DUE, [due] * stand.plan.overdue)
    began = await database_time(stand.admin)
    meter = await stand.meter(pid)
    await _all_fired(stand.admin, batch)
    taken = meter.taken()
    rows = await stand.admin.fetch(_FIRED, batch)
    took = (max(row["created"] for row in rows) - began).total_seconds()
    results.add(f"{name}.fired", "1/s", len(rows) / took)
    results.note(f"{name}: processor while firing", str(taken))
    results.add(OTHERS, "%", taken.percent("others"))


async def _paced(stand: Stand, seeder: Seeder, results: Results, name: str, *, held: bool) -> None:
    """One after the other, `due_rate` a second."""
    plan = stand.plan
    count = int(plan.due_rate * plan.due_for)
    first = await database_time(stand.admin) + _AHEAD
    due = [first + timedelta(seconds=n / plan.due_rate) for n in range(count)]
    batch = await seeder.seed(count, CLOCKS, DUE, due)
    async with _snapshot(stand) if held else nullcontext():
        await asyncio.sleep(plan.due_for + _AHEAD.total_seconds())
        await _all_fired(stand.admin, batch)
    late = [row["late"] for row in await stand.admin.fetch(_FIRED, batch)]
    results.add(f"{name}.late p50", "ms", 1000 * quantile(late, 0.5))
    results.add(f"{name}.late p99", "ms", 1000 * quantile(late, 0.99))
    results.add(f"{name}.early", "", sum(one < 0 for one in late))


@asynccontextmanager
async def _snapshot(stand: Stand) -> AsyncIterator[None]:
    """Somebody who reads one and the same state all the while: nothing dead is cleaned away."""
    async with admin_of(stand.place) as reader, reader.transaction(isolation="repeatable_read"):
        await reader.fetchval("select count(*) from sla.reader_position")
        yield


async def _all_fired(admin: Admin, batch: int) -> None:
    left, moved = -1, time.monotonic()
    while (now := int(await admin.fetchval(_LEFT, batch))) > 0:
        if now != left:
            left, moved = now, time.monotonic()
        if time.monotonic() - moved > _STALLED:
            raise Stalled(f"{now} timers do not fire")
        await asyncio.sleep(0.2)
