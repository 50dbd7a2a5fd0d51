"""Poison on purpose, and its repair: some leads fail in one service's reader, are parked, and go on afterwards (P7)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

from tests.faults.patched.poison import FOLDER, poison
from tests.faults.schedule.scene import NotMet, Scene

STREAM: Final = {"routing": "alerts", "sla": "leads", "reporting": "leads"}
"""whose facts are made to fail, by reading service"""

_CHOSEN: Final = 8
"""Leads at once; over 20 parked within 2,000 facts would pause the reader."""

_PARKED_WITHIN: Final = 30.0
_MENDED_WITHIN: Final = 90.0

# Leads something has just been said about: soon something will be said again.
_RECENT: Final = "select key from routing.head where stream = 'leads' order by at desc limit 60"
_PARKED: Final = "select distinct key from {service}.parked where stream = $1 and why = 'handler'"


class Parking:
    """One service's reader and the leads that fail in it."""

    def __init__(self, scene: Scene, service: str) -> None:
        self._scene = scene
        self._service = service
        self._stream = STREAM[service]

    @property
    def retry(self) -> tuple[str, ...]:
        """The words of the repair, for every parked lead of the stream."""
        return ("parked", "retry", self._service, self._stream)

    @asynccontextmanager
    async def poisoned(self, rng: Random) -> AsyncIterator[None]:
        """For the length of the block some leads of which more is to come fail; others that fail already stay so."""
        recent = [str(row["key"]) for row in await self._scene.servers.rows(_RECENT)]
        if not recent:
            raise NotMet("there are no leads yet")
        ours = {(self._stream, lead) for lead in rng.sample(recent, min(_CHOSEN, len(recent)))}
        await self._scene.stand.faults.write(
            "poison", service=self._service, stream=self._stream, keys=sorted(lead for _, lead in ours)
        )
        poison(self._scene.arm, self._service, self._listed() | ours)
        try:
            yield
        finally:
            poison(self._scene.arm, self._service, self._listed() - ours)

    async def until_parked(self) -> None:
        """Wait until at least one lead is parked for its handler. Raises NotMet."""
        began = time.monotonic()
        while not await self._parked():
            if time.monotonic() - began > _PARKED_WITHIN:
                raise NotMet(f"no {self._stream} of a poisoned lead came to {self._service}")
            await asyncio.sleep(0.1)

    async def mend(self) -> None:
        """Retry until nothing is parked any more but what is made to fail still."""
        began = time.monotonic()
        while await self._parked() - {lead for _, lead in self._listed()}:
            if time.monotonic() - began > _MENDED_WITHIN:
                raise RuntimeError(
                    f"{self._service} keeps {self._stream} parked after {_MENDED_WITHIN:.0f} s of retries"
                )
            await self._scene.stand.run_command(*self.retry)

    async def _parked(self) -> set[str]:
        """Leads parked since a rule failed for them."""
        rows = await self._scene.servers.rows(_PARKED.format(service=self._service), self._stream)
        return {str(row["key"]) for row in rows}

    def _listed(self) -> set[tuple[str, str]]:
        """Who fails now, those of the traffic too."""
        file = self._scene.arm / FOLDER / self._service
        if not file.exists():
            return set()
        lines = (line.split() for line in file.read_text().splitlines())
        return {(stream, lead) for stream, lead in lines}
