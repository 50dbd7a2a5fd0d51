"""N -> N+1 -> N under load: the roles of one service restarted one by one as the next release, then one by one back."""

import asyncio
import time
from dataclasses import dataclass, replace
from random import Random
from typing import Final

from deploy.local.children import Errand
from tests.faults.schedule.kinds.processes import ENDS_WITHIN
from tests.faults.schedule.scene import Met, Scene

TODAY: Final = "tests.faults.patched"
NEXT: Final = "tests.faults.patched.newer"

_SAYS: Final = 4.0
"""Seconds the next release has to say something, all of its roles up."""

_NEW_FACTS: Final = (
    "select count(*) as n from {service}.outbox where type like '%Noticed.v1' and created > to_timestamp($1)"
)


@dataclass(frozen=True, slots=True)
class Upgrade:
    """One service there and back. It counts if the next release has said facts of its own meanwhile."""

    service: str

    async def hit(self, scene: Scene, rng: Random) -> Met:
        at = time.time()
        ended = [await self._replaced(scene, name, NEXT) for name in self._roles(scene)]
        await asyncio.sleep(_SAYS)
        [row] = await scene.servers.rows(_NEW_FACTS.format(service=self.service), at)
        ended += [await self._replaced(scene, name, TODAY) for name in self._roles(scene)]
        told = {"new_facts": row["n"], "ended_s": round(max(ended), 2), "too_slow": max(ended) > ENDS_WITHIN}
        return Met("upgrade", (self.service,), at, counted=row["n"] > 0, told=told)

    async def heal(self, scene: Scene) -> None:
        for name in self._roles(scene):
            if is_release(scene.stand.roles[name].errand, NEXT):
                await self._replaced(scene, name, TODAY)

    def _roles(self, scene: Scene) -> list[str]:
        return [name for name, role in scene.stand.roles.items() if role.service == self.service]

    async def _replaced(self, scene: Scene, name: str, release: str) -> float:
        """One process ended in order and started as another release; the seconds its end took."""
        role = scene.stand.roles[name]
        took = await role.terminate()
        role.errand = as_release(role.errand, release)
        await role.start()
        await scene.up(name)
        return took


def as_release(errand: Errand, release: str) -> Errand:
    """The same errand under the launcher of this release."""
    return replace(errand, argv=[release if str(word) in (TODAY, NEXT) else word for word in errand.argv])


def is_release(errand: Errand, release: str) -> bool:
    """Whether this errand starts that release."""
    return release in map(str, errand.argv)
