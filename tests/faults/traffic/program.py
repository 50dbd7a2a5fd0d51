"""Everybody together: partners, coordinators, mail readers and the broken producer, around one history."""

import asyncio
import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults.history import History
from tests.faults.traffic.desk import Desk
from tests.faults.traffic.door import Door
from tests.faults.traffic.fates import alert_delay
from tests.faults.traffic.letters import Readers
from tests.faults.traffic.mender import Mender
from tests.faults.traffic.network import coordinators, site_leads
from tests.faults.traffic.partner import IN_FLIGHT, Partners
from tests.faults.traffic.plan import Plan, Weights
from tests.faults.traffic.poison import Poisoner
from tests.faults.traffic.staff import Staff
from tests.faults.world import World

_AT_ONCE: Final = 40
"""Requests of all staff together: a burst of alerts is read one after the other, as connections that stay few show."""

STATUS: Final = "traffic.json"
"""In the run's folder, written each second: how far the traffic is."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the program is asked to do. `poison`: seconds between rounds, 0 for none."""

    count: int
    rate: float
    seed: int
    desk: bool = False
    until: Path | None = None
    """with a desk: it works on until this file is there"""
    linger: float = 120.0
    """seconds the desk has, after everything is settled, to finish what it has begun"""
    poison: float = 0.0
    weights: Weights = field(default_factory=Weights)
    in_flight: int = IN_FLIGHT
    arm: Path | None = None


class Traffic:
    """One run of it."""

    def __init__(self, world: World, history: History, told: Told) -> None:
        self._world, self._told = world, told
        self._intake = Door(world.http["intake"])
        self._routing, self._sla = (Door(world.http[name], most=_AT_ONCE) for name in ("routing", "sla"))
        self._staff = Staff(self._intake, self._routing, world.secrets, history)
        self.partners = Partners(self._intake, world.secrets, history, in_flight=told.in_flight)
        self.desk = Desk(
            self._staff, told.seed, site_leads(world.network), self.partners.leads, coordinators(world.network)
        )
        self.readers = Readers(world.mail, self._sla, history, self._delay)
        arm = told.arm or world.folder / "arm"
        mender = Mender(world, world.folder / "mender.log")
        self.poisoner = Poisoner(world, history, arm, told.poison, mender)
        self.phase = "sending"
        self._stop = asyncio.Event()

    def stop(self) -> None:
        """End cleanly: what is under way is answered or noted as unanswered, nothing more is begun."""
        self._stop.set()
        self.partners.stop()
        self._home()

    @property
    def stopped(self) -> bool:
        """Whether it was told to end before its time."""
        return self._stop.is_set()

    async def run(self) -> bool:
        """All of it; whether everything planned was settled."""
        told = self._told
        plan = Plan(self._world.network, told.seed, rate=told.rate, count=told.count, weights=told.weights)
        if told.poison:
            self.partners.on_accepted = self.poisoner.offer
        async with asyncio.TaskGroup() as group:
            told_of = group.create_task(self._tell())
            if told.poison:
                group.create_task(self.poisoner.work())
            if told.desk:
                group.create_task(self.desk.work())
                group.create_task(self.readers.work())
            await self.partners.run(plan)
            self.phase = "settled"
            self.poisoner.stop()
            await self._until_done()
            self._home()
            told_of.cancel()
        self.phase = "done"
        self._write()
        for door in (self._intake, self._routing, self._sla):
            door.close()
        return not self.partners.given_up

    def counts(self) -> dict[str, Any]:
        """How far it is."""
        partners, desk, poisoner = self.partners, self.desk, self.poisoner
        return {
            "phase": self.phase,
            "at": time.time(),
            "cpu": round(time.process_time(), 1),
            "sent": partners.sent,
            "settled": partners.settled,
            "given_up": partners.given_up,
            "batches": partners.batches.sent,
            "leads": len(partners.leads),
            "outcomes": _sorted(partners.outcomes),
            "unexpected": _sorted(partners.unexpected),
            "looks": desk.looks,
            "open_at_desk": desk.open,
            "commands": _sorted(self._staff.outcomes),
            "mails": self.readers.arrived,
            "acknowledged": self.readers.acknowledged,
            "poisoned": poisoner.poisoned,
            "met": poisoner.met,
            "not_mended": poisoner.left,
        }

    async def _until_done(self) -> None:
        """The desk works on until it is told to end, or has nothing left to do."""
        told, began = self._told, time.monotonic()
        if not told.desk:
            return
        while not self._stop.is_set():
            if told.until is not None:
                if told.until.exists():
                    return
            elif time.monotonic() - began > told.linger or await self.desk.is_done():
                return
            await asyncio.sleep(0.5)

    def _home(self) -> None:
        self.poisoner.stop()
        self.desk.stop()
        self.readers.stop()

    def _delay(self, lead: str) -> float | None:
        known = self.partners.leads.get(lead)
        return alert_delay(self._told.seed, known.person if known else lead)

    async def _tell(self) -> None:
        while True:
            self._write()
            await asyncio.sleep(1.0)

    def _write(self) -> None:
        draft = self._world.folder / f".{STATUS}.{os.getpid()}"
        draft.write_text(json.dumps(self.counts()))
        draft.rename(self._world.folder / STATUS)


def _sorted(counts: Mapping[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items()))
