"""The way from one service to one server: cut, reset, one-way, slow."""

import asyncio
import time
from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from tests.faults.schedule.scene import Met, Scene

SLOW_BY: Final = 0.15
"""Seconds later, each way."""

SLOW_RATE: Final = 60_000.0
"""Bytes a second and way: about what one service has to say at a few referrals a second."""

_RESETS_EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class BreakLink:
    """One link for so many seconds. `direction` is whose bytes vanish: those `to` the server or those `from` it."""

    link: str
    how: str
    seconds: float
    direction: Literal["to", "from"] = "to"

    async def hit(self, scene: Scene, rng: Random) -> Met:
        link, at = scene.stand.links[self.link], time.time()
        before = await link.told()
        match self.how:
            case "cut":
                await link.cut()
            case "one_way":
                await link.one_way(self.direction)
            case "slow":
                await link.slow(SLOW_BY, SLOW_RATE)
        left = self.seconds
        if self.how == "reset":
            await link.reset()
            while left > _RESETS_EVERY:  # again and again: also what has just been opened anew
                await asyncio.sleep(_RESETS_EVERY)
                await link.reset()
                left -= _RESETS_EVERY
        await asyncio.sleep(left)
        service, _, server = self.link.partition(".")
        return Met(f"link {self.how} {server}", (service,), at, before["open"] > 0, told={"link_before": before})

    async def heal(self, scene: Scene) -> None:
        await scene.stand.links[self.link].heal()
