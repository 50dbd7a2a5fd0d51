"""kill -9, freezing and SIGTERM of one process, struck while the servers say that work is in flight."""

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from tests.faults.schedule.looks import FRESH, Look
from tests.faults.schedule.scene import Met, Scene, role_of, service_of

SESSION: Final = 6.0
"""Seconds a silent reader keeps its partitions in these runs."""

ENDS_WITHIN: Final = 20.0
"""Seconds a process has to end after SIGTERM, whatever is away (P14)."""


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL. It counts only if a look not older than 50 ms saw work in flight."""

    role: str

    async def hit(self, scene: Scene, rng: Random) -> Met:
        seen = await scene.busy(self.role)
        at = time.time()
        await scene.stand.roles[self.role].kill()
        counted, told = looked(seen, at)
        return Met(f"kill {role_of(self.role)}", (service_of(self.role),), at, counted, from_hit=True, told=told)

    async def heal(self, scene: Scene) -> None:
        await scene.up(self.role)


@dataclass(frozen=True, slots=True)
class Freeze:
    """SIGSTOP for so many seconds, then SIGCONT: shorter than the session, or longer, so that others take over."""

    role: str
    seconds: float

    async def hit(self, scene: Scene, rng: Random) -> Met:
        seen = await scene.busy(self.role)
        at = time.time()
        await scene.stand.roles[self.role].freeze()
        await asyncio.sleep(self.seconds)
        counted, told = looked(seen, at)
        length = "long" if self.seconds > SESSION else "short"
        return Met(f"freeze {length} {role_of(self.role)}", (service_of(self.role),), at, counted, told=told)

    async def heal(self, scene: Scene) -> None:
        await scene.stand.roles[self.role].thaw()
        await scene.up(self.role)


@dataclass(frozen=True, slots=True)
class Terminate:
    """SIGTERM in the middle of work: it has to be gone within 20 s (P14), and comes back."""

    role: str

    async def hit(self, scene: Scene, rng: Random) -> Met:
        seen = await scene.busy(self.role)
        at = time.time()
        took = await scene.stand.roles[self.role].terminate()
        counted, told = looked(seen, at)
        told |= {"ended_s": round(took, 2), "too_slow": took > ENDS_WITHIN}
        return Met("terminate", (service_of(self.role),), at, counted, from_hit=True, told=told)

    async def heal(self, scene: Scene) -> None:
        await scene.up(self.role)


def looked(seen: Look | None, struck_at: float) -> tuple[bool, dict[str, Any]]:
    """Whether the look just before lets a fault count, and its numbers."""
    if seen is None:
        return False, {"look": None}
    age = struck_at - seen.at
    return seen.in_flight and age <= FRESH, {"look": seen.told, "look_age_ms": round(age * 1000, 2)}
