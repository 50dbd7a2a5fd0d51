"""Time per referral with few and with many leads in every table, and what a sponsor's question takes."""

import time
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx

from deploy.local.addresses import Say
from services.chassis.auth.identity import Identity
from tests.bench.network import SPONSOR, STUDIES
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.seed import CLOSED, EVERYWHERE, Seeder
from tests.bench.series import quantile
from tests.bench.servers import Servers
from tests.bench.whole.measure import backlog
from tests.bench.whole.stand import Stand, a_stand

_WEEKS: Final = """
insert into reporting.tally (measure, study, site, partner, week, word, n)
select measure, study, site, partner, week - 7 * ago, word, n from reporting.tally, generate_series(1, $1::int) as ago
where week > date '1900-01-01' on conflict do nothing
"""
_TWO_YEARS: Final = 104
_ASKED: Final = 200


async def growth(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """One place that grows; at each size backlogs of new referrals, as often as everything is repeated."""
    async with a_stand(servers, plan, folder / "growth") as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
        like = await stand.admin.fetchval("select lead from intake.referral limit 1")
        seeder = Seeder(stand.admin, UUID(str(like)), plan.seed)
        await stand.admin.execute(_WEEKS, _TWO_YEARS)
        await stand.seeded()
        results.note(
            "growth: seeded", f"closed leads with their rows in {', '.join(EVERYWHERE)}; {_TWO_YEARS} weeks of tallies"
        )
        there = 0
        for size in plan.grown:
            began = time.monotonic()
            await seeder.seed(size - there, EVERYWHERE, CLOSED)
            await stand.admin.execute("vacuum analyze")
            await stand.admin.execute("checkpoint")
            there = size
            say(f"{size} leads, grown in {time.monotonic() - began:.0f} s")
            await _measure(stand, results, f"growth.at {size}")


async def _measure(stand: Stand, results: Results, name: str) -> None:
    for _ in range(stand.plan.repetitions):
        door, rate = await backlog(stand, stand.plan.grown_backlog)
        results.add(f"{name}.ms a referral", "ms", 1000 / rate)
        results.add(f"{name}.ms a POST", "ms", 1000 * door.took / door.accepted)
    async with stand.baton.serving("reporting", "--role", "api") as running:
        await _ask(stand, results, name, running.http)


async def _ask(stand: Stand, results: Results, name: str, http: str) -> None:
    """A sponsor's summary, again and again on one connection."""
    headers = {"authorization": f"Bearer {stand.baton.token(Identity('sponsor', SPONSOR))}"}
    times = []
    async with httpx.AsyncClient(base_url=http, headers=headers, trust_env=False) as client:
        for n in range(_ASKED):
            began = time.perf_counter()
            answer = await client.get(f"/reports/v1/studies/{STUDIES[n % len(STUDIES)]}/summary")
            assert answer.status_code == 200, answer.text
            if n >= _ASKED // 10:  # the first ones connect and prepare
                times.append(1000 * (time.perf_counter() - began))
    results.add(f"{name}.sponsor p50", "ms", quantile(times, 0.5))
    results.add(f"{name}.sponsor p99", "ms", quantile(times, 0.99))
