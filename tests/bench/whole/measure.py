"""Baton's own figures of one repetition."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from tests.bench.baton import Running
from tests.bench.machine import memory_mb
from tests.bench.offer import Offered
from tests.bench.plan import Plan
from tests.bench.results import OTHERS, Results
from tests.bench.sample import Sample, take_sample
from tests.bench.series import quantile
from tests.bench.servers import Servers
from tests.bench.whole.seen import database_time, end_of, span_of, ways, whole_times
from tests.bench.whole.stand import Stand, a_stand

WITHOUT_DOORS: Final = ("all", "--role", "consume", "--role", "relay", "--role", "tick")

_COST: Final = """
select (select xact_commit from pg_stat_database where datname = current_database()) as commits,
  pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::float8 as wal
"""

_FIRST_SENT: Final = "select min(sent_at) from intake.outbox where stream = 'referrals' and created >= $1"


async def whole(servers: Servers, plan: Plan, results: Results, folder: Path) -> Sample:
    """Over HTTP, paced, from a backlog; in one process, and with one a role. Answers a referral as it went through."""
    async with a_stand(servers, plan, folder) as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
            sample = await take_sample(stand.place, stand.admin)
            await _over_http(stand, results, "whole.http", running, [running])
            results.add("memory.serve all, after the load", "MB", memory_mb(running.pid))
            for rate, seconds in plan.paced.items():
                await _paced(stand, results, "whole", running, rate, seconds)
        done, through = await backlog(stand, plan.backlog, results)
        results.add("intake.post", "1/s", done.accepted / done.took)
        results.add("intake.post.answer p50", "ms", 1000 * done.answer_p50)
        results.add("whole.backlog", "1/s", through)
        if plan.apart:
            await _apart(stand, results)
    return sample


async def _apart(stand: Stand, results: Results) -> None:
    async with stand.baton.apart() as processes:
        door = processes["intake.api"]
        await stand.offer(door, stand.plan.warm)
        await stand.all_reported()
        await _over_http(stand, results, "whole.apart.http", door, list(processes.values()))
        await _paced(stand, results, "whole.apart", door, 50, stand.plan.paced[50])
        for name, running in processes.items():
            results.add(f"memory.{name}, after the load", "MB", memory_mb(running.pid))


async def _over_http(stand: Stand, results: Results, name: str, door: Running, processes: Sequence[Running]) -> None:
    """As fast as the door takes them: from the first accept's commit to the last report row's."""
    since, before = await database_time(stand.admin), await stand.admin.fetchrow(_COST)
    meter = await stand.meter(*(one.pid for one in processes))
    done = await stand.offer(door, stand.plan.offered)
    await stand.all_reported()
    taken = meter.taken(load=done.cpu)
    after = await stand.admin.fetchrow(_COST)
    assert before is not None
    assert after is not None
    results.add(name, "1/s", stand.plan.offered / await _span(stand, since))
    results.add(f"{name}.accepted", "1/s", done.accepted / done.took)
    for what in ("commits", "wal"):
        results.add(f"{name}.{what} a referral", "", (after[what] - before[what]) / stand.plan.offered)
    results.note(f"{name}: processor", str(taken))
    results.add(OTHERS, "%", taken.percent("others"))


async def _paced(stand: Stand, results: Results, name: str, door: Running, rate: int, seconds: float) -> None:
    since = await database_time(stand.admin)
    done = await stand.offer(door, int(rate * seconds), rate=rate)
    await stand.all_reported()
    times = whole_times(await ways(stand.admin, since, commit_times=stand.servers.commit_times))
    add_latency(results, f"{name}.at {rate}", times)
    results.add(f"{name}.at {rate}.answer p50", "ms", 1000 * done.answer_p50)


async def backlog(stand: Stand, count: int, results: Results | None = None) -> tuple[Offered, float]:
    """The door alone, then everything behind it alone: what the door did, and referrals a second from the first fact
    sent to the last report row's commit.
    """
    since = await database_time(stand.admin)
    async with stand.baton.serving("intake", "--role", "api") as door:
        await stand.offer(door, 2 * stand.plan.connections)  # this process is cold; behind the door they count too
        meter = await stand.meter(door.pid)
        done = await stand.offer(door, count)
        if results is not None:
            results.note("intake.post: processor", str(meter.taken(load=done.cpu)))
    async with stand.baton.serving(*WITHOUT_DOORS) as running:
        meter = await stand.meter(running.pid)
        await stand.all_reported()
        if results is not None:
            results.note("whole.backlog: processor, from when it was ready", str(meter.taken()))
    seen = await ways(stand.admin, since, commit_times=stand.servers.commit_times)
    began: datetime = await stand.admin.fetchval(_FIRST_SENT, since)
    return done, len(seen) / (end_of(seen) - began).total_seconds()


async def _span(stand: Stand, since: datetime) -> float:
    return span_of(await ways(stand.admin, since, commit_times=stand.servers.commit_times))


def add_latency(results: Results, name: str, seconds: Sequence[float]) -> None:
    """Middle and tail of one paced run, in ms."""
    results.add(f"{name}.p50", "ms", 1000 * quantile(seconds, 0.5))
    results.add(f"{name}.p99", "ms", 1000 * quantile(seconds, 0.99))
