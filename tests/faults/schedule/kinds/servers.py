"""Kafka and PostgreSQL killed and brought back, frozen, or without room on their disk."""

import asyncio
import time
from dataclasses import dataclass
from random import Random

from tests.faults.schedule.scene import Met, Scene
from tests.faults.schedule.servers import Away
from tests.faults.schedule.standing import standing
from tests.faults.stand.servers import Server
from tests.faults.world import SERVICES


@dataclass(frozen=True, slots=True)
class KillServer:
    """SIGKILL to all its processes; away for so many seconds, then started again."""

    server: str
    seconds: float

    async def hit(self, scene: Scene, rng: Random) -> Met:
        counted, told = await _under_way(scene)
        at = time.time()
        await server_of(scene, self.server).kill()
        await asyncio.sleep(self.seconds)
        return Met(f"kill {self.server}", SERVICES, at, counted, told=told)

    async def heal(self, scene: Scene) -> None:
        await server_of(scene, self.server).start()


@dataclass(frozen=True, slots=True)
class FreezeServer:
    """SIGSTOP to all its processes for so many seconds: it takes connections and says nothing."""

    server: str
    seconds: float

    async def hit(self, scene: Scene, rng: Random) -> Met:
        counted, told = await _under_way(scene)
        at = time.time()
        await server_of(scene, self.server).freeze()
        await asyncio.sleep(self.seconds)
        return Met(f"freeze {self.server}", SERVICES, at, counted, told=told)

    async def heal(self, scene: Scene) -> None:
        await server_of(scene, self.server).thaw()


@dataclass(frozen=True, slots=True)
class FullDisk:
    """No byte left on its disk for so many seconds. It may end of it; then it is started once there is room."""

    server: str
    seconds: float

    async def hit(self, scene: Scene, rng: Random) -> Met:
        counted, told = await _under_way(scene)
        server, at = server_of(scene, self.server), time.time()
        pid = server.pid
        taken = await scene.stand.disks[self.server].fill(leave=0)
        await asyncio.sleep(self.seconds)
        told |= {"taken": taken, "ended_of_it": server.pid != pid}
        return Met(f"full disk {self.server}", SERVICES, at, counted, told=told)

    async def heal(self, scene: Scene) -> None:
        await scene.stand.disks[self.server].free()
        await server_of(scene, self.server).start()


def server_of(scene: Scene, name: str) -> Server:
    """`kafka` or `postgres` of this stand."""
    return scene.stand.kafka if name == "kafka" else scene.stand.postgres


async def _under_way(scene: Scene) -> tuple[bool, dict[str, object]]:
    """Whether anything is unsent, unread or due anywhere at this moment, and how much."""
    try:
        now = await standing(scene.servers)
    except Away:
        return False, {"look": None}
    told = {service: one.told for service, one in now.waiting.items() if one.told}
    return bool(told), {"look": told, "backlog": now.backlog}
