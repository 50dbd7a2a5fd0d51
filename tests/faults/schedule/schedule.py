"""From a seed to a list of faults: the same seed, profile and disks give the same list, on any machine."""

from random import Random
from typing import Final

from tests.faults.schedule.planned import Planned
from tests.faults.schedule.quotas import Quota, full, part_of, smoke
from tests.faults.schedule.run import run_schedule as run_schedule

PROFILES: Final = ("smoke", "full")

_CALM: Final = {"smoke": (0.2, 1.0), "full": (0.5, 3.0)}
"""Seconds between two faults, least and most."""


def schedule(seed: int, profile: str, *, disks: bool = True) -> list[Planned]:
    """The faults of a run, in order. `disks`: PostgreSQL and Kafka stand on small disks that can be filled."""
    if profile not in PROFILES:
        raise ValueError(f"no such profile: {profile}")
    quotas: tuple[Quota, ...] = smoke() if profile == "smoke" else full(disks=disks)
    rng = Random(f"{profile}/{seed}/{disks}")
    drawn = [(quota.kind, draw(rng)) for quota in quotas for draw in quota.draws]
    placed = sorted((rng.uniform(*part_of(*one)), n) for n, one in enumerate(drawn))
    ordered = [drawn[n] for _, n in placed]
    least, most = _CALM[profile]
    return [Planned(n, kind, round(rng.uniform(least, most), 2), told) for n, (kind, told) in enumerate(ordered, 1)]
