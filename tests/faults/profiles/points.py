"""Each crash point forced alone, again and again, under a light load: one run a point."""

from pathlib import Path
from random import Random
from typing import Final

from tests.faults.history import lines_of
from tests.faults.profiles.mixed import Load, Verdict, fresh, run
from tests.faults.profiles.results import Results
from tests.faults.schedule.planned import Planned, Told
from tests.faults.schedule.quotas import POINT_ROLES
from tests.faults.stand.layout import Layout

LIGHT: Final = Load(0, 8)


def forced(point: str, times: int, seed: int) -> list[Planned]:
    """One point, `times` times, in each of its roles in turn."""
    rng, roles = Random(f"{point}/{seed}"), POINT_ROLES[point]
    told: list[Told] = [
        {"point": point, "role": roles[n % len(roles)], "passages": rng.randint(0, 5)} for n in range(times)
    ]
    return [Planned(n, "point", round(rng.uniform(0.2, 1.5), 2), one) for n, one in enumerate(told, 1)]


async def series(times: int, seed: int, folder: Path, results: Results) -> list[Verdict]:
    """Every point that has no line in `results` yet."""
    for point in POINT_ROLES:
        if not results.has(point):
            print(f"{point}, {times} times", flush=True)
            layout = Layout(fresh(folder, point), seed, forked=True)
            verdict = await run(layout, LIGHT, forced(point, times, seed))
            results.add(point, times=times, held=_held(verdict, times), **verdict)
    return results.lines


async def rebalances(times: int, seed: int, folder: Path, results: Results) -> None:
    """Two readers of one partition, `times` times in each reading service: one run a service."""
    for service in ("routing", "sla", "reporting"):
        name = f"two readers {service}"
        if not results.has(name):
            print(f"{name}, {times} times", flush=True)
            planned = [Planned(n, "two_readers", 1.0, {"service": service}) for n in range(1, times + 1)]
            layout = Layout(fresh(folder, service), seed, forked=True)
            verdict = await run(layout, LIGHT, planned)
            told = [line["refused"] for line in lines_of(layout.folder / "faults.jsonl") if "refused" in line]
            results.add(name, times=times, refused=told, held=_held(verdict, times), **verdict)


def _held(verdict: Verdict, times: int) -> bool:
    """Nothing is broken, and it came about as often as it was wanted: a rebalance counts only with a refusal."""
    return bool(verdict["code"] == 0 and sum(verdict["faults"]["counted"].values()) >= times)
