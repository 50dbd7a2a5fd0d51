"""Whoever acts in a scenario: one partner and the staff, one thing at a time, all of it in the history."""

import asyncio
import random
from collections.abc import Callable, Coroutine, Iterator
from itertools import count
from typing import Any, Final, TypeVar

from tests.faults.history import History
from tests.faults.patched.poison import poison
from tests.faults.patched.scenarios.network import FULL, PARTNER, ROOMY, SITE_LEAD, lane
from tests.faults.patched.scenarios.room import Room
from tests.faults.traffic import bodies
from tests.faults.traffic.door import Door
from tests.faults.traffic.fates import Step
from tests.faults.traffic.network import FAR
from tests.faults.traffic.partner import Partners
from tests.faults.traffic.people import somebody
from tests.faults.traffic.plan import Kind, Operation, _digest
from tests.faults.traffic.staff import Came, Staff

T = TypeVar("T")

ATTEMPT: Final = Step("attempts", {"direction": "out", "channel": "phone", "result": "no_answer"}, 0.0)
CLOSE: Final = Step("close", {"reason": "not_interested"}, 0.0)

__all__ = ["ATTEMPT", "CLOSE", "FAR", "FULL", "ROOMY", "Hands"]


class Hands:
    """Partner and staff of one run."""

    def __init__(self, room: Room, history: History) -> None:
        self._room, self._history = room, history
        world = room.world
        self._doors = [Door(world.http["intake"], timeout=6), Door(world.http["routing"], timeout=6)]
        self.partners = Partners(self._doors[0], world.secrets, history, patience=60)
        self.staff = Staff(self._doors[0], self._doors[1], world.secrets, history)
        self._numbers: Iterator[int] = count(world.seed % 1000 * 1000)
        self._rng = random.Random(world.seed)
        self._begun: list[asyncio.Task[Any]] = []
        """what a scenario that fails has left behind"""

    def close(self) -> None:
        """Hang up, whatever is under way."""
        for task in self._begun:
            task.cancel()
        for door in self._doors:
            door.close()

    def start(self, doing: "Coroutine[Any, Any, T]") -> "asyncio.Task[T]":
        """Begin it, and go on."""
        task = asyncio.create_task(doing)
        self._begun.append(task)
        return task

    async def refer(self, study: str = FAR, site: str = ROOMY) -> str:
        """One new referral, asked again under its key until it is answered; the lead."""
        number = next(self._numbers)
        who = somebody(number, at=f"{PARTNER}-")
        chosen = lane(self._room.world.network, study, site)
        sent = bodies.accepted(bodies.referral(who, chosen, self._rng), chosen)
        digest = _digest(who.external_id)
        key = f"k{self._room.world.seed}-{number}"
        await self.partners.run([Operation(f"o{number}", 0.0, Kind.NEW, None, chosen, key, digest, number, sent)])
        return next(lead for lead, person in self.partners.people.items() if person == number)

    async def refer_owned(self, study: str = FAR, site: str = ROOMY) -> str:
        """The same, until somebody owns the lead and its facts are on their way."""
        lead = await self.refer(study, site)
        await self._room.until("select owner is not null from routing.lead where id::text = $1", lead)
        return lead

    async def act(self, lead: str, step: Step) -> Came:
        """A command of the site lead on a lead as it now is; met by another change, it is given again."""
        while True:
            [row] = await self._room.rows("select version from routing.lead where id::text = $1", lead)
            came, _ = await self.staff.act(SITE_LEAD, lead, step, row["version"])
            if came is not Came.CHANGED:
                return came

    async def heard(self, service: str, lead: str, stream: str = "leads") -> None:
        """Until this service has applied everything that is said of a lead."""
        saying = {"leads": "routing", "alerts": "sla", "referrals": "intake"}[stream]
        await self._room.until(
            f"select c.version = h.version from {service}.reader_cursor c join {saying}.head h using (stream, key) "
            "where c.stream = $1 and c.key = $2",
            stream,
            lead,
        )

    async def poisoned(self, service: str, lead: str, until: Callable[[], Any]) -> int:
        """From now on this lead's facts fail in this service, until `until` is through; the history's line."""
        told = {"how": "handler", "service": service, "stream": "leads", "key": lead, "lead": lead}
        ask = await self._history.write("asked", op="poison", **told)
        poison(self._room.arm, service, {("leads", lead)})
        await self._history.write("answered", ask=ask, status=200, body={})
        await until()
        poison(self._room.arm, service, set())
        await self._history.write("met", ask=ask, service=service, met=True)
        return ask

    async def mend(self, service: str, lead: str, of: int) -> None:
        """`baton parked retry`, as an operator would once the cause is away."""
        told = {"how": "handler", "do": "retry", "service": service, "stream": "leads", "key": lead, "lead": lead}
        ask = await self._history.write("asked", op="mend", of=of, version=None, **told)
        code = await self._room.command("parked", "retry", service, "leads", lead)
        await self._history.write("answered", ask=ask, status=500 if code else 200, body={})
