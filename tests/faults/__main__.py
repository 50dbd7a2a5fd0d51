"""`python -m tests.faults PROFILE`: one command a kind of run; each writes its results as it goes and can be resumed.

smoke     2,000 referrals, every crash point once, at least ten counted kills
full      100,000 referrals and 200 mixed faults; --seed, once for each
points    each crash point forced alone, --times 20
bugs      each planted bug --times 5 under the schedule that exposes it, and each schedule once without
readers   two readers of one partition: the frozen one comes back with a batch in its hands, --times 20
restore   a service's database set back to an earlier copy, one run a service
outages   a part away for a minute and for ten, under 20 referrals a second
again     the schedule of an earlier run once more: --schedule FILE
"""

import argparse
import asyncio
import logging
import sys
from collections.abc import Callable, Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvloop

from tests.faults.profiles import bugs, mixed, outages, points, restore, show
from tests.faults.profiles.enough import too_little
from tests.faults.profiles.results import Results, circumstances
from tests.faults.schedule.planned import replayed
from tests.faults.schedule.schedule import schedule
from tests.faults.stand.disks import may_mount
from tests.faults.stand.layout import Layout

HOME: Final = Path(".baton/faults")

Given = argparse.Namespace


def _weighed(profile: str, verdict: mixed.Verdict) -> mixed.Verdict:
    """The verdict, held only when nothing is broken and enough was met."""
    lacks = too_little(profile, verdict["faults"], verdict["counts"]["leads"])
    return verdict | {"lacks": lacks, "held": verdict["code"] == 0 and not lacks}


async def smoke(given: Given, results: Results) -> None:
    """The profile of every change."""
    layout = Layout(mixed.fresh(given.folder, f"smoke-{given.seed}"), given.seed)
    verdict = await mixed.run(layout, mixed.SMOKE, schedule(given.seed, "smoke"))
    results.add(f"smoke {given.seed}", **_weighed("smoke", verdict))


async def full(given: Given, results: Results) -> None:
    """The long one, once for each seed. Without the right to mount there are no full disks, which the result says."""
    if results.has(f"full {given.seed}"):
        return
    disks = mixed.FULL_DISKS if may_mount() else {}
    layout = Layout(mixed.fresh(given.folder, f"full-{given.seed}"), given.seed, disks=disks, forked=True)
    load = replace(mixed.FULL, referrals=given.referrals or mixed.FULL.referrals)
    planned = schedule(given.seed, "full", disks=bool(disks))
    verdict = await mixed.run(layout, load, planned, mixed.FULL_PATIENCE)
    results.add(f"full {given.seed}", disks=bool(disks), **_weighed("full", verdict))


async def again(given: Given, results: Results) -> None:
    """The same faults in the same order."""
    planned = replayed(given.schedule.read_text())
    layout = Layout(mixed.fresh(given.folder, f"again-{given.seed}"), given.seed)
    verdict = await mixed.run(layout, mixed.SMOKE, planned)
    results.add(f"again {given.schedule} {given.seed}", **verdict)


async def series(given: Given, results: Results) -> None:
    """Point by point."""
    await points.series(given.times or 20, given.seed, given.folder / "points", results)


async def planted(given: Given, results: Results) -> None:
    """Bug by bug."""
    await bugs.planted(given.times or 5, given.seed, given.folder / "bugs", results)


async def readers(given: Given, results: Results) -> None:
    """Rebalances."""
    await points.rebalances(given.times or 20, given.seed, given.folder / "readers", results)


async def away(given: Given, results: Results) -> None:
    """Outage by outage."""
    await outages.outages(given.seed, given.folder / "outages", results)


async def set_back(given: Given, results: Results) -> None:
    """Service by service."""
    await restore.restores(given.seed, given.folder / "restore", results)


PROFILES: Final[dict[str, Callable[[Given, Results], Coroutine[None, None, None]]]] = {
    "smoke": smoke,
    "full": full,
    "again": again,
    "points": series,
    "bugs": planted,
    "readers": readers,
    "outages": away,
    "restore": set_back,
}


def flags() -> argparse.ArgumentParser:
    """What the command takes."""
    read = argparse.ArgumentParser(
        prog="python -m tests.faults", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    read.add_argument("profile", nargs="?", default="smoke", choices=sorted(PROFILES))
    read.add_argument("--seed", type=int, default=1)
    read.add_argument("--times", type=int, help="points, bugs, readers: how often each")
    read.add_argument("--referrals", type=int, help="full: another number than 100,000")
    read.add_argument("--schedule", type=Path, help="again: a schedule.jsonl of an earlier run")
    read.add_argument("--folder", type=Path, default=HOME, help="where runs and results lie (default .baton/faults)")
    read.add_argument("--fresh", action="store_true", help="forget earlier results of this profile")
    return read


def main() -> int:
    """Run one profile; 0 when everything it ran is clean."""
    given = flags().parse_args()
    given.folder = given.folder.absolute()
    file = given.folder / f"{given.profile}.jsonl"
    if given.fresh or given.profile in ("smoke", "again"):
        file.unlink(missing_ok=True)
    results = Results(file)
    print(f"{given.profile}, seed {given.seed}: {circumstances()}", flush=True)
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # that a server is away is the point
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(PROFILES[given.profile](given, results))
    (show.bugs if given.profile == "bugs" else show.table)(results.lines)
    return 0 if results.lines and all(line.get("held", line.get("code") == 0) for line in results.lines) else 1


if __name__ == "__main__":
    sys.exit(main())
