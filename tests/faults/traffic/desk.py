"""Coordinators: they look at their own queues, and then every lead goes the way its fate says.

One look finds all that is new to its owner; what is done after that goes from answer to answer, each of which carries
the lead's next version, and needs no queue. The site leads look at everything of two sites, less often.
"""

import asyncio
import contextlib
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

from tests.faults.traffic.fates import Fate, Step, due_of, fate_of
from tests.faults.traffic.network import FAR, TIGHT
from tests.faults.traffic.partner import Referred
from tests.faults.traffic.staff import Came, Staff

BETWEEN: Final = 2.5
"""Seconds between two looks at one's own queue, or five times what a look took."""

_ROUND: Final = 4.0
"""Seconds between two looks at everything of one's sites, or five times what a look took."""

_READY: Final = 0.3
"""Seconds before a due time at which a command for it is made ready."""

_NO_PLACE: Final = 15.0
"""Seconds a lead waits at a site with little room before the site lead closes some."""

QUIET: Final = 3.0
"""Seconds without anything new before the desk believes that it is done."""

_AT_A_TIME: Final = 50

_AGAIN: Final = 1.5
"""Seconds until something is tried again that could not be done."""


@dataclass
class Case:
    """One open lead as its coordinator knows it."""

    lead: str
    site: str
    reader: str
    """the site lead, who may read and do everything here"""
    owner: str
    version: int
    received_at: datetime
    fate: Fate


@dataclass
class Desk:
    """All sites together."""

    staff: Staff
    seed: int
    leads_of_sites: Mapping[str, tuple[str, ...]]
    """site lead -> sites"""
    referred: Mapping[str, Referred]
    """every lead a partner was told of"""
    owners: Sequence[str] = ()
    """those who have queues of their own"""
    looks: int = 0
    _known: set[str] = field(default_factory=set)
    """leads that somebody has begun with, or that need nobody"""
    _waiting: dict[str, int] = field(default_factory=dict)
    """site lead -> leads without an owner at the last look"""
    _cases: set[asyncio.Task[None]] = field(default_factory=set)
    _turned_away: set[str] = field(default_factory=set)
    _stop: asyncio.Event = field(default_factory=asyncio.Event)
    _new_at: float = 0.0
    took: float = 0.01
    """seconds a command takes from leaving to its answer, smoothed"""

    @property
    def open(self) -> int:
        """Leads somebody is still to do something about."""
        return len(self._cases)

    async def is_done(self) -> bool:
        """Whether every lead that was referred has been seen by somebody and nothing is left to do about any."""
        if self._cases or sum(self._waiting.values()) or time.monotonic() - self._new_at < QUIET:
            return False
        unseen = [(lead, one.site) for lead, one in self.referred.items() if lead not in self._known]
        for lead, site in unseen[:_AT_A_TIME]:
            reply = await self.staff.read(self._reader_of(site), f"/desk/v1/leads/{lead}")
            told = reply.json() if reply is not None and reply.status == 200 else {}
            if told.get("duplicate_of") or told.get("closed_at"):
                self._known.add(lead)
        return not any(lead not in self._known for lead, _ in unseen)

    async def work(self) -> None:
        """Everybody at once, until `stop`; what is under way then is ended properly."""
        self._new_at = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for reader in self.leads_of_sites:
                group.create_task(self._watch(partial(self._look_around, reader), _ROUND if self.owners else BETWEEN))
            for owner in self.owners:
                group.create_task(self._watch(partial(self._look, owner), BETWEEN))
        while self._cases:
            await asyncio.gather(*self._cases)

    def stop(self) -> None:
        """Go home: nothing more is begun."""
        self._stop.set()
        self.staff.gone_home = True

    async def _watch(self, look: Callable[[], Awaitable[None]], between: float) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            await look()
            await self._rest(max(between, 5 * (time.monotonic() - began)) * random.uniform(0.8, 1.2))

    async def _look_around(self, reader: str) -> None:
        rows = await self._rows(reader, "/desk/v1/queue")
        if rows is None:
            return
        self._waiting[reader] = sum(row["owner"] is None for row in rows)
        for row in rows:
            if row["owner"] is None:
                await self._turn_away(reader, row)
            else:
                self._begin(row)

    async def _look(self, owner: str) -> None:
        for row in await self._rows(owner, "/desk/v1/queue?owner=me") or ():
            self._begin(row)

    async def _rows(self, who: str, path: str) -> list[dict[str, Any]] | None:
        reply = await self.staff.read(who, path)
        if reply is None or reply.status != 200:
            self._new_at = time.monotonic()
            return None
        self.looks += 1
        rows: list[dict[str, Any]] = reply.json()["leads"]
        return rows

    def _reader_of(self, site: str) -> str:
        return next(reader for reader, sites in self.leads_of_sites.items() if site in sites)

    def _begin(self, row: Mapping[str, Any]) -> None:
        """The first time it is seen by anybody."""
        lead = row["lead"]
        if lead in self._known:
            return
        self._known.add(lead)
        self._new_at = time.monotonic()
        person = self.referred[lead].person if lead in self.referred else lead
        clocks = row["study"] != FAR
        fate = fate_of(self.seed, person, row["permitted"], clocks=clocks, now=datetime.now(UTC))
        if not fate.steps:
            return
        site, arrived = row["site"], datetime.fromisoformat(row["arrived_at"])
        case = Case(lead, site, self._reader_of(site), row["owner"], row["version"], arrived, fate)
        task = asyncio.create_task(self._follow(case))
        self._cases.add(task)
        task.add_done_callback(self._cases.discard)

    async def _follow(self, case: Case) -> None:
        """All steps of a lead's fate, as far as they can be done."""
        for step in case.fate.steps:
            when = None
            if step.due is not None:
                when = due_of(case.received_at, step.due).timestamp() + step.after - self.took
                pause = when - _READY - time.time()
                when = when if pause > 0 else None
            else:
                pause = step.after
            if not await self._rest(pause) or not await self._do(case, step, when):
                return

    async def _do(self, case: Case, step: Step, when: float | None) -> bool:
        """One command, again until it is done or makes no sense any more; whether the lead's way goes on."""
        while True:
            began = max(time.time(), when or 0.0)
            came, told = await self.staff.act(case.owner, case.lead, step, case.version, when=when)
            when = None
            if came is Came.DONE:
                self.took += 0.1 * (min(time.time() - began, 1.0) - self.took)
                case.version, case.owner = told["version"], told["owner"] or case.reader
                return told["closed_at"] is None
            if came in (Came.OVER, Came.POINTLESS):
                return came is Came.POINTLESS
            if came is not Came.CHANGED and not await self._rest(_AGAIN * random.uniform(0.7, 1.5)):
                return False
            if not await self._read_again(case):
                return False

    async def _read_again(self, case: Case) -> bool:
        """The lead as it now is; whether there is still something to do about it."""
        while True:
            reply = await self.staff.read(case.reader, f"/desk/v1/leads/{case.lead}")
            if reply is not None:
                break
            if not await self._rest(_AGAIN):
                return False
        told = reply.json()
        if reply.status != 200 or told["closed_at"] is not None or told["duplicate_of"] is not None:
            return False
        case.version, case.owner = told["version"], told["owner"] or case.reader
        return not self._stop.is_set()

    async def _turn_away(self, reader: str, row: Mapping[str, Any]) -> None:
        """Where there is little room, the site lead closes half of what has waited long."""
        waited = (datetime.now(UTC) - datetime.fromisoformat(row["arrived_at"])).total_seconds()
        if row["site"] not in TIGHT or waited < _NO_PLACE or row["lead"] in self._turned_away:
            return
        self._turned_away.add(row["lead"])
        if random.Random(row["lead"]).random() < 0.5:
            step = Step("close", {"reason": "no_capacity"}, 0.0)
            with contextlib.suppress(KeyError):
                await self.staff.act(reader, row["lead"], step, row["version"])

    async def _rest(self, seconds: float) -> bool:
        """Wait; False when everybody is told to stop meanwhile."""
        if seconds > 0 and not self._stop.is_set():
            try:
                await asyncio.wait_for(self._stop.wait(), seconds)
            except TimeoutError:
                return True
        return not self._stop.is_set()
