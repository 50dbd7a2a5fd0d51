"""Baton, the floor and the textbook version, one after the other, several times in one run."""

from pathlib import Path

from deploy.local.addresses import Say
from tests.bench.floor.measure import floor
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.textbook.measure import textbook
from tests.bench.whole.measure import whole


async def race(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """Each repetition is all three, so that neighbours in time met the same machine."""
    for repetition in range(1, plan.repetitions + 1):
        here = folder / f"race-{repetition}"
        say(f"{repetition} of {plan.repetitions}: Baton")
        sample = await whole(servers, plan, results, here)
        file = sample.save(here / "sample.json")
        _tell_bytes(results, {name: (len(some), sample.bytes_of(name)) for name, some in sample.records.items()})
        say(f"{repetition} of {plan.repetitions}: the floor")
        await floor(servers, plan, results, file)
        say(f"{repetition} of {plan.repetitions}: the textbook version")
        await textbook(servers, plan, results, file, here)


def _tell_bytes(results: Results, streams: dict[str, tuple[int, int]]) -> None:
    told = ", ".join(f"{name} {n} x, {size} bytes" for name, (n, size) in streams.items())
    results.note("records of a referral", f"{told}; floor and textbook: one a hop with the same bytes")
