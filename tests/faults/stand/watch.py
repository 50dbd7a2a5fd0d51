"""What an operator's supervisor does: whatever died comes back, and each end is written down."""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from deploy.local.errors import StackError
from tests.faults.history import History
from tests.faults.stand.life import Life
from tests.faults.stand.roles import NotReady, Role
from tests.faults.stand.servers import Server

_LOOK: Final = 0.05
_PAUSE: Final = 0.5
"""Seconds before a process is started again, as `baton up` waits before the first restart."""

_LONG_PAUSE: Final = 3.0
_STEADY: Final = 5.0
"""One that lived shorter than this waits longer: a crash loop must not take the CPU from the others."""

Kept = Role | Server


class Watch:
    """Writes `ended`, `started` and `ready` lines; each names `who`."""

    def __init__(self, kept: Sequence[Kept], told: History, arm: Path) -> None:
        self._kept = kept
        self._told = told
        self._arm = arm
        self._bringing: dict[str, asyncio.Task[None]] = {}
        self._started: dict[str, float] = {}

    async def run(self) -> None:
        """Until cancelled."""
        try:
            while True:
                for one in self._kept:
                    await self._look(one)
                await asyncio.sleep(_LOOK)
        finally:
            for task in self._bringing.values():
                task.cancel()

    async def _look(self, one: Kept) -> None:
        for life in one.lives:
            if not life.noted and not life.child.is_alive():
                life.noted = True
                await self._told.write("ended", who=one.name, wanted=one.wanted, **self._end(life))
        if not one.lives or one.alive:
            return
        bringing = self._bringing.get(one.name)
        if one.wanted and (bringing is None or bringing.done()):
            self._bringing[one.name] = asyncio.create_task(self._bring_back(one), name=f"watch.{one.name}")

    async def _bring_back(self, one: Kept) -> None:
        lived = time.monotonic() - self._started.get(one.name, 0.0)
        await asyncio.sleep(_PAUSE if lived > _STEADY else _LONG_PAUSE)
        if one.alive or not one.wanted:
            return
        began = self._started[one.name] = time.monotonic()
        try:
            await one.start()
            await self._told.write("started", who=one.name, pid=one.pid)
            if isinstance(one, Role):
                await one.ready()
        except (NotReady, StackError, OSError) as error:
            await self._told.write("not ready", who=one.name, why=str(error)[-500:])
            return
        await self._told.write("ready", who=one.name, pid=one.pid, seconds=time.monotonic() - began)

    def _end(self, life: Life) -> dict[str, Any]:
        """Which process, its exit code, what we did to it, the crash point it met by the file its launcher left."""
        pid = life.child.process.pid
        point = next((file.name.partition(".")[0] for file in self._arm.glob(f"*.met.{pid}")), None)
        return {"pid": pid, "code": life.child.process.returncode, "asked": life.asked, "point": point}
