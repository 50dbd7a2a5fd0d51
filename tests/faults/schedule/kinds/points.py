"""Crash points: a process ends, or stands still, at exactly one line. Each counts only if its `.met` file appeared."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.faults.patched import arms
from tests.faults.patched.arms import Action
from tests.faults.patched.points import POINTS
from tests.faults.schedule.kinds.parking import Parking
from tests.faults.schedule.kinds.processes import SESSION
from tests.faults.schedule.looks import look
from tests.faults.schedule.scene import Met, NotMet, Scene, role_of, service_of
from tests.faults.schedule.servers import Away

MET_WITHIN: Final = 30.0
"""Seconds for ordinary traffic to bring a process to the point."""

_MIGRATIONS: Final = 5
_LONGEST: Final = 60.0


@dataclass(frozen=True, slots=True)
class AtPoint:
    """One role's process killed at a crash point; at `lease_just_expired` stopped until its lease is over.

    `passages`: how many are let through first. The points of parking get poisoned leads for it.
    """

    point: str
    role: str
    passages: int = 0

    async def hit(self, scene: Scene, rng: Random) -> Met:
        if self.point == "during_park":
            async with Parking(scene, service_of(self.role)).poisoned(rng):
                return await self._met(scene, from_hit=True)
        action: Action = "stop" if self.point == "lease_just_expired" else "kill"
        met = await self._met(scene, action=action, from_hit=action == "kill")
        if action == "stop":
            await asyncio.sleep(POINTS[self.point].stop_for)
        return met

    async def heal(self, scene: Scene) -> None:
        arms.disarm(scene.arm, self.point)
        await scene.stand.roles[self.role].thaw()
        await scene.up(self.role)
        if self.point == "during_park":
            await Parking(scene, service_of(self.role)).mend()

    async def _met(self, scene: Scene, *, action: Action = "kill", from_hit: bool) -> Met:
        met = await meet(scene, self.point, self.role, action, self.passages)
        told = {"point": self.point, "pid": met.pid, "held": met.held}
        return Met(f"point {self.point}", (service_of(self.role),), met.at, from_hit=from_hit, told=told)


@dataclass(frozen=True, slots=True)
class AtCommand:
    """An operator's command (`baton migrate`, `parked retry`) killed at a crash point, then given until it is done."""

    point: str
    role: str
    """`migrate`, or `sla.parked`: whose parked leads are retried"""
    passages: int = 0

    async def hit(self, scene: Scene, rng: Random) -> Met:
        if self.role == "migrate":
            return await self._killed(scene, ("migrate",), self.passages)
        parking = Parking(scene, service_of(self.role))
        async with parking.poisoned(rng):
            await parking.until_parked()
        return await self._killed(scene, parking.retry, min(self.passages, max(0, await parking.waiting() - 1)))

    async def heal(self, scene: Scene) -> None:
        arms.disarm(scene.arm, self.point)
        if self.role == "migrate":
            for _ in range(_MIGRATIONS):
                if await scene.stand.run_command("migrate") == 0:
                    return
            raise RuntimeError("baton migrate does not get through")
        await Parking(scene, service_of(self.role)).mend()

    async def _killed(self, scene: Scene, words: tuple[str, ...], passages: int) -> Met:
        command = "migrate" if self.role == "migrate" else "parked"
        since = time.time()
        arms.arm(scene.arm, self.point, "kill", after=passages, role=f"cli.{command}")
        code = await scene.stand.run_command(*words, within=_LONGEST)
        if not (met := [one for one in arms.met(scene.arm, self.point) if one.at >= since]):
            raise NotMet(f"baton {' '.join(words)} ended with {code} and never came to {self.point}")
        told = {"point": self.point, "pid": met[-1].pid, "held": met[-1].held, "code": code}
        services = ("intake", "routing", "sla", "reporting") if command == "migrate" else (service_of(self.role),)
        return Met(f"point {self.point}", services, met[-1].at, told=told)


@dataclass(frozen=True, slots=True)
class StopInside:
    """SIGSTOP inside an open transaction: its locks may hold nobody up for longer than PostgreSQL's guards allow."""

    point: str
    role: str
    seconds: float

    async def hit(self, scene: Scene, rng: Random) -> Met:
        met = await meet(scene, self.point, self.role, "stop", 0)
        inside: int | None = None
        with suppress(Away):
            inside = (await look(scene.servers, self.role)).open
        await asyncio.sleep(self.seconds)
        told = {"point": self.point, "pid": met.pid, "held": met.held, "open_while_stopped": inside}
        length = "long" if self.seconds > SESSION else "short"
        return Met(
            f"stop inside {length} {role_of(self.role)}", (service_of(self.role),), met.at, bool(inside), told=told
        )

    async def heal(self, scene: Scene) -> None:
        arms.disarm(scene.arm, self.point)
        await scene.stand.roles[self.role].thaw()


async def meet(scene: Scene, point: str, role: str, action: Action, passages: int = 0) -> arms.Met:
    """Arm a point for one process and wait until it is met. Raises NotMet; then it is disarmed."""
    since = time.time()
    arms.arm(scene.arm, point, action, after=passages, role=role)
    try:
        return await arms.wait_met(scene.arm, point, MET_WITHIN, since=since)
    except TimeoutError:
        if not arms.disarm(scene.arm, point):
            return await arms.wait_met(scene.arm, point, 5, since=since)
        raise NotMet(f"{role} did not come to {point} within {MET_WITHIN:.0f} s") from None
