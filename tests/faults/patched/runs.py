"""One bug under its schedule, or the schedule without it: driven, brought to rest, judged."""

import json
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.faults.history import History
from tests.faults.patched.bugs import BUGS
from tests.faults.patched.scenarios import SCENARIOS
from tests.faults.patched.scenarios.ground import Ground, ground
from tests.faults.patched.scenarios.hands import Hands
from tests.faults.patched.scenarios.network import little_network
from tests.faults.patched.scenarios.room import Room, Wanted, room
from tests.faults.profiles.programs import CHECKER, ProgramFailed, ended, started
from tests.faults.schedule.rest import NotAtRest, at_rest
from tests.faults.stand.roles import NotReady

_RESTS_WITHIN: Final = 40.0
_ENOUGH: Final = 9.0
"""Seconds a planted run has to rest: some never do, since a fact of theirs is never sent."""

_CHECKED_WITHIN: Final = 120.0
_BREACHES: Final = 12
_TRIES: Final = 3
_NOTHING: Final[Mapping[str, Any]] = {
    "caught": False,
    "clean": False,
    "groups": {},
    "breaches": [],
    "rested": False,
    "took": {},
}

Verdict = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Piece:
    """One run of the series: a bug for the `number`-th time, or (`bug` None) the clean twin of a schedule."""

    bug: str | None
    scenario: str
    number: int

    @property
    def name(self) -> str:
        """For the result file."""
        return f"{self.bug or 'clean'} {self.scenario} {self.number}"


def pieces(times: int = 5) -> Iterator[Piece]:
    """Every schedule clean once, then each bug that it exposes `times` times."""
    for scenario in SCENARIOS:
        yield Piece(None, scenario, 1)
        for bug in BUGS.values():
            if bug.scenario == scenario:
                yield from (Piece(bug.name, scenario, number) for number in range(1, times + 1))


async def run_bug(bug: str | None, scenario: str, folder: Path, seed: int, on: Ground | None = None) -> Verdict:
    """One run in `folder`, which is emptied first. `on`: servers that several runs share (`ground`); else its own.

    Answers `caught` (a planted run: a group the bug must show in is above zero), `clean` (all groups are zero),
    `groups`, the first `breaches`, `rested`, the seconds each part `took`, and `void`: why nothing can be said. A
    schedule that did not come about is driven anew, three times in all. Main thread only.
    """
    for attempt in range(1, _TRIES + 1):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        try:
            return await _run(bug, scenario, folder, seed, on)
        except (TimeoutError, NotReady, ProgramFailed) as error:
            if attempt == _TRIES:
                return {**_NOTHING, "bug": bug, "scenario": scenario, "seed": seed, "void": f"not driven: {error}"}
    raise AssertionError("unreachable")


async def _run(bug: str | None, scenario: str, folder: Path, seed: int, on: Ground | None) -> Verdict:
    chosen, took, began = SCENARIOS[scenario], dict[str, float](), time.monotonic()

    def lap(name: str) -> None:
        took[name] = round(time.monotonic() - began - sum(took.values()), 1)

    async with AsyncExitStack() as ending:
        if on is None or chosen.searches:
            on = await ending.enter_async_context(ground(folder / "servers", own=chosen.searches))
            lap("servers")
        plot = await ending.enter_async_context(on.plot())
        wanted = Wanted(chosen.apart, (bug,) if bug else (), chosen.alerts)
        running = await ending.enter_async_context(room(folder, plot, on.nursery, wanted, little_network(), seed))
        lap("start")
        await _driven(running, scenario)
        lap("schedule")
        rested = await _rested(running, _ENOUGH if bug else _RESTS_WITHIN)
        lap("rest")
        await _judged(running, searching=chosen.searches)
        lap("check")
    verdict: Verdict = json.loads((folder / "verdict.json").read_text())
    return _told(bug, scenario, seed, verdict) | {"rested": rested, "took": took}


async def _driven(running: Room, scenario: str) -> None:
    with History(running.world.history) as history:
        hands = Hands(running, history)
        try:
            await SCENARIOS[scenario].run(running, hands)
        finally:
            hands.close()
    running.world.save()


async def _rested(running: Room, within: float) -> bool:
    try:
        await at_rest(running.world, within)
    except NotAtRest:
        return False
    return True


async def _judged(running: Room, *, searching: bool) -> None:
    words = [str(running.world.folder), *([] if searching else ["--no-search"])]
    checker = started(running.world, CHECKER, *words, name="checker")
    await ended(checker, running.world, _CHECKED_WITHIN, codes=(0, 1, 3))


def _told(bug: str | None, scenario: str, seed: int, verdict: Verdict) -> Verdict:
    groups = {name: count for name, count in verdict["groups"].items() if count}
    return {
        "bug": bug,
        "scenario": scenario,
        "seed": seed,
        "caught": bool(bug and groups.keys() & BUGS[bug].groups),
        "clean": not groups and verdict["code"] == 0,
        "groups": groups,
        "breaches": verdict["breaches"][:_BREACHES],
        "void": verdict["void"],
    }
