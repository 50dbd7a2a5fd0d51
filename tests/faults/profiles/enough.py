"""Whether a run met enough to say anything: a schedule whose faults did not come about is no clean run."""

from collections.abc import Mapping
from typing import Any, Final

KILLS: Final[Mapping[str, int]] = {"smoke": 10, "full": 50}
"""Kills that have to count: work was in flight, as the servers said just before."""

FAULTS: Final[Mapping[str, int]] = {"full": 200}
POINTS: Final[Mapping[str, int]] = {"smoke": 13}
REFERRALS: Final[Mapping[str, int]] = {"smoke": 2_000, "full": 100_000}


def too_little(profile: str, figures: Mapping[str, Any], referrals: int) -> list[str]:
    """What a smoke or full run lacks, in sentences; empty when it may be called clean. `figures`: of `run_schedule`."""
    counted, met = figures["counted"], figures["met"]
    wanted = {
        "kills that counted": (counted.get("kill", 0), KILLS.get(profile, 0)),
        "crash points met": (counted.get("point", 0), POINTS.get(profile, 0)),
        "faults met": (sum(met.values()), FAULTS.get(profile, 0)),
        "referrals accepted": (referrals, REFERRALS.get(profile, 0)),
    }
    return [f"{found} {what}, {least} wanted" for what, (found, least) in wanted.items() if found < least]
