"""One run: a workload, planned faults beside it, then rest, replay, and the checker's word."""

import asyncio
import json
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults.profiles.programs import CHECKER, TRAFFIC, beside, ended, started, tailed
from tests.faults.profiles.replay import replay
from tests.faults.schedule.planned import Planned, printed
from tests.faults.schedule.rest import at_rest
from tests.faults.schedule.run import Summary, run_schedule
from tests.faults.stand.layout import Layout
from tests.faults.stand.stand import Stand, stand
from tests.faults.traffic.network import network
from tests.faults.traffic.program import STATUS

_MIB: Final = 2**20

PLANNED: Final = "schedule.jsonl"
"""The faults of a run, in its folder: what `--again` reads to do the same once more."""

Verdict = dict[str, Any]
Drive = Callable[[Stand], Awaitable[Summary]]
"""Does something to a stand under load, and tells what it measured."""


_ENDLESS: Final = 10**7
_ENDS_WITHIN: Final = 300.0


@dataclass(frozen=True)
class Load:
    """What is offered: as long as the faults last, and at least so many referrals. `rate`: referrals a second."""

    referrals: int
    rate: float
    poison: float = 0.0
    """seconds between two rounds of poison; 0: none"""
    weights: Mapping[str, float] = field(default_factory=dict)
    """how often what is no new lead comes, where other than usual (traffic.plan.Weights)"""


@dataclass(frozen=True)
class Patience:
    """Seconds until everything must rest after the last fault, and until all topics are read again."""

    rest: float = 120
    replay: float = 120
    check: float = 1200


SMOKE: Final = Load(2000, 9, poison=25)
_HALF: Final = {"again": 0.03, "other_body": 0.01, "copies": 0.0005, "malformed": 0.015, "refused": 0.015}
FULL: Final = Load(100_000, 42, poison=60, weights=_HALF)
"""In so many there is enough of what is repeated, malformed and refused at half the usual part."""
ENOUGH_WITHIN: Final = 900.0
"""Seconds after the last fault until so many must be accepted."""
FULL_PATIENCE: Final = Patience(rest=400, replay=900)
FULL_DISKS: Final = {"postgres": 11_000 * _MIB, "kafka": 4000 * _MIB}
"""Room for what a full run writes, and for a ballast that fills the rest."""


@dataclass
class Laps:
    """How long each part of a run took, said as it goes."""

    began: float = field(default_factory=time.monotonic)
    took: dict[str, float] = field(default_factory=dict)

    def lap(self, name: str) -> None:
        """This part is over."""
        self.took[name] = round(time.monotonic() - self.began - sum(self.took.values()), 1)
        print(f"  {name}: {self.took[name]} s", flush=True)


async def run(
    layout: Layout, load: Load, faults: Sequence[Planned] | Drive, patience: Patience | None = None
) -> Verdict:
    """One whole run in `layout.folder`; what the checker found, and how long each part took."""
    patience = patience or Patience()
    laps = Laps()
    async with stand(layout, network(layout.seed)) as running:
        laps.lap("start")
        async with tailed(running.world):
            figures = await loaded(running, load, faults)
            laps.lap("faults")
            await at_rest(running.world, patience.rest)
            laps.lap("rest")
        await replay(running, patience.replay)
        laps.lap("replay")
        code = await _judged(running, patience.check)
        laps.lap("check")
    verdict: Verdict = json.loads((layout.folder / "verdict.json").read_text())
    return verdict | {"seed": layout.seed, "code": code, "laps": laps.took, "faults": figures}


async def _judged(running: Stand, within: float) -> int:
    checker = started(running.world, CHECKER, str(running.world.folder), name="checker")
    return await ended(checker, running.world, within, codes=(0, 1, 3))


async def loaded(running: Stand, load: Load, faults: Sequence[Planned] | Drive) -> Summary:
    """The traffic and the faults beside each other, until both are through."""
    folder = running.world.folder
    through = folder / "faults.through"
    words = [str(folder), "--rate", str(load.rate), "--seed", str(running.world.seed), "--poison", str(load.poison)]
    words += ["--desk", "--until-file", str(through), "--count", str(_ENDLESS), "--weights", json.dumps(load.weights)]
    traffic = started(running.world, TRAFFIC, *words, name="traffic")
    async with running.keep_up():
        figures = await beside(traffic, running.world, _faults(running, load, faults))
        through.touch()
        traffic.process.send_signal(signal.SIGTERM)
        await ended(traffic, running.world, _ENDS_WITHIN)
    return figures


async def _faults(running: Stand, load: Load, faults: Sequence[Planned] | Drive) -> Summary:
    """All that is to happen while the traffic goes on."""
    folder = running.world.folder
    if callable(faults):
        figures = await faults(running)
    else:
        (folder / PLANNED).write_text(printed(faults))
        figures = await run_schedule(running, faults)
    await _enough(folder / STATUS, load.referrals)
    return figures


async def _enough(status: Path, referrals: int) -> None:
    """Wait until the traffic says that so many were accepted."""
    async with asyncio.timeout(ENOUGH_WITHIN):
        while not status.exists() or json.loads(status.read_text())["leads"] < referrals:
            await asyncio.sleep(0.5)


def fresh(folder: Path, name: str) -> Path:
    """An empty folder of this run."""
    made = folder / name
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    return made
