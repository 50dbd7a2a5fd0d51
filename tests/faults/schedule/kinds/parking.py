"""Poison on purpose, and its repair: some leads fail in one service's reader, are parked, and go on afterwards (P7)."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random
from typing import Final

from tests.faults.patched.poison import FOLDER, poison
from tests.faults.schedule.scene import NotMet, Scene
from tests.faults.schedule.servers import Away

STREAM: Final = {"routing": "alerts", "sla": "leads", "reporting": "leads"}
"""whose facts are made to fail, by reading service"""

Chosen = frozenset[tuple[str, str]]
"""Stream and lead of each that is made to fail."""

_CHOSEN: Final = 8
"""Leads at once; over 20 parked within 2,000 facts would pause the reader."""

_PARKED_WITHIN: Final = 30.0
_MENDED_WITHIN: Final = 90.0

_AGAIN_AFTER: Final = 2.0
"""Seconds after which others are chosen, while none of those chosen has failed."""

# Of leads that have just come everything is still to be said; of those just spoken of, something will be said again.
_NEWEST: Final = "select lead::text as key from intake.referral order by lead desc limit 4"
_RECENT: Final = "select key from routing.head where stream = 'leads' order by at desc limit 60"
_PARKED: Final = "select distinct key from {service}.parked where stream = $1 and why = 'handler'"

# The same, and those whose repair was left halfway: nothing is wrong with their next fact.
_TO_MEND: Final = """
select distinct p.key from {service}.parked as p join {service}.reader_cursor as c using (stream, key)
where p.stream = $1 and (p.why = 'handler' or (p.why = 'waits' and p.version = c.version + 1))
"""
_WAITING: Final = """
select count(*) as n from {service}.parked where stream = $1
  and key in (select key from {service}.parked where stream = $1 and why = 'handler')
"""


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
        chosen = [await self._choose(rng, frozenset())]
        choosing = asyncio.create_task(self._until_one_fails(rng, chosen))
        try:
            yield
        finally:
            choosing.cancel()
            await asyncio.wait({choosing})
            poison(self._scene.arm, self._service, self._listed() - chosen[-1])

    async def _until_one_fails(self, rng: Random, chosen: list[Chosen]) -> None:
        """Leads may fall silent: then others are made to fail in their place."""
        while True:
            await asyncio.sleep(_AGAIN_AFTER)
            with suppress(Away):
                if await self._parked() & {lead for ours in chosen for _, lead in ours}:
                    return
                chosen.append(await self._choose(rng, chosen[-1]))

    async def _choose(self, rng: Random, instead_of: Chosen) -> Chosen:
        newest, recent = [
            [str(row["key"]) for row in await self._scene.servers.rows(sql)] for sql in (_NEWEST, _RECENT)
        ]
        if not newest:
            raise NotMet("there are no leads yet")
        leads = {*newest, *rng.sample(recent, min(_CHOSEN - len(newest), len(recent)))}
        await self._scene.stand.faults.write("poison", service=self._service, stream=self._stream, keys=sorted(leads))
        ours = frozenset((self._stream, lead) for lead in leads)
        poison(self._scene.arm, self._service, (self._listed() - instead_of) | ours)
        return ours

    async def until_parked(self) -> None:
        """Wait until at least one lead is parked for its handler. Raises NotMet."""
        began = time.monotonic()
        while not await self._parked():
            if time.monotonic() - began > _PARKED_WITHIN:
                raise NotMet(f"no {self._stream} of a poisoned lead came to {self._service}")
            await asyncio.sleep(0.1)

    async def waiting(self) -> int:
        """Facts that a retry comes by."""
        [row] = await self._scene.servers.rows(_WAITING.format(service=self._service), self._stream)
        return int(row["n"])

    async def mend(self) -> None:
        """Retry until nothing is parked any more but what is made to fail still."""
        began = time.monotonic()
        while await self._keys(_TO_MEND) - {lead for _, lead in self._listed()}:
            if time.monotonic() - began > _MENDED_WITHIN:
                raise RuntimeError(
                    f"{self._service} keeps {self._stream} parked after {_MENDED_WITHIN:.0f} s of retries"
                )
            await self._scene.stand.run_command(*self.retry)

    async def _parked(self) -> set[str]:
        """Leads parked since a rule failed for them."""
        return await self._keys(_PARKED)

    async def _keys(self, sql: str) -> set[str]:
        rows = await self._scene.servers.rows(sql.format(service=self._service), self._stream)
        return {str(row["key"]) for row in rows}

    def _listed(self) -> set[tuple[str, str]]:
        """Who fails now, those of the traffic too."""
        file = self._scene.arm / FOLDER / self._service
        if not file.exists():
            return set()
        lines = (line.split() for line in file.read_text().splitlines())
        return {(stream, lead) for stream, lead in lines}
