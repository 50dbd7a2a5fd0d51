"""The floor's figures of one repetition, from a process of its own."""

from pathlib import Path

from tests.bench.child import told_by
from tests.bench.machine import Meter, listener, postgres_pids
from tests.bench.place import a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.whole.measure import add_latency


async def floor(servers: Servers, plan: Plan, results: Results, sample: Path) -> None:
    """The bare loop, then the one that writes every row and record; each on a fresh place."""
    for name, whole, count in (("floor", False, plan.floor), ("floor.every row", True, plan.floor // 4)):
        async with a_place(servers) as place, admin_of(place) as admin:
            order = {
                "namespace": place.namespace,
                "kafka": place.kafka,
                "administrator": place.administrator,
                "sample": str(sample),
                "whole": whole,
                "warm": 2 * plan.warm,
                "count": count,
                "paced": [] if whole else list(plan.paced.items()),
                "seed": plan.seed,
                "commit_times": servers.commit_times,
            }
            kafka = listener(int(servers.kafka.rpartition(":")[2]))
            meter = Meter({"postgres": await postgres_pids(admin), "kafka": kafka}).begin()
            told = await told_by("tests.bench.floor", order)
        results.add(name, "1/s", count / told["took"])
        results.note(f"{name}: processor, with its start", str(meter.taken(loop=told["cpu"])))
        for rate, seconds in told["paced"].items():
            add_latency(results, f"{name}.at {rate}", seconds)
