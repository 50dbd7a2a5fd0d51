"""One Baton of a repetition: place, network, warm; and what the machine does for it while it is measured."""

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.bench.baton import Baton, Running
from tests.bench.machine import Meter, listener, postgres_pids
from tests.bench.network import network, routes
from tests.bench.offer import Offered, Order, offered
from tests.bench.place import Admin, a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.servers import Servers
from tests.bench.whole.seen import reported, until_reported
from tests.place import Place

_HEARD_WITHIN: Final = 30.0

_HEARD: Final = """
select (select count(*) from intake.head where stream = 'network') as said, least(
  (select count(*) from routing.reader_cursor where stream = 'network'),
  (select count(*) from sla.reader_cursor where stream = 'network'),
  (select count(*) from reporting.reader_cursor where stream = 'network')) as heard
"""


class NotAccepted(RuntimeError):
    """The door answered something else than 202."""


@dataclass
class Stand:
    """Everything a measurement of Baton needs."""

    servers: Servers
    place: Place
    admin: Admin
    baton: Baton
    plan: Plan
    sent: int = 0
    before: int = 0
    """owners that reporting counts of leads that nobody sent: seeded ones"""

    async def prepare(self, running: Running) -> None:
        """Apply the network, wait until every service has heard of it, and warm up."""
        await self.baton.apply(running.http, network())
        until = time.monotonic() + _HEARD_WITHIN
        while time.monotonic() < until:
            row = await self.admin.fetchrow(_HEARD)
            if row is not None and row["said"] and row["said"] <= row["heard"]:
                break
            await asyncio.sleep(0.1)
        await self.offer(running, self.plan.warm)
        await self.all_reported()

    async def offer(self, running: Running, count: int, *, rate: float = 0.0) -> Offered:
        """Send so many new referrals, each of which has to be accepted.

        Raises:
            NotAccepted: one was not.
        """
        port, plan = int(running.http.rpartition(":")[2]), self.plan
        done = await offered(
            Order(port, self.baton.key, self.sent + 1, count, plan.connections, routes(), plan.seed, rate)
        )
        self.sent += count
        if done.accepted != count:
            raise NotAccepted(str(done.statuses))
        return done

    async def all_reported(self) -> None:
        """Wait until everything that was sent is."""
        await until_reported(self.admin, self.before + self.sent)

    async def seeded(self) -> None:
        """Rows were added past the door, while everything that was sent was reported: count from here."""
        self.before = await reported(self.admin) - self.sent

    async def meter(self, *pids: int) -> Meter:
        """Counting from now: Baton's processes, the servers, and this process with its looks into the database."""
        kafka = listener(int(self.servers.kafka.rpartition(":")[2]))
        postgres = await postgres_pids(self.admin)
        groups = {"baton": pids, "postgres": postgres, "kafka": kafka, "load": (os.getpid(),)}
        return Meter(groups).begin()


@asynccontextmanager
async def a_stand(servers: Servers, plan: Plan, folder: Path) -> AsyncIterator[Stand]:
    """On a fresh place."""
    folder.mkdir(parents=True, exist_ok=True)
    async with a_place(servers) as place, admin_of(place) as admin:
        yield Stand(servers, place, admin, Baton(place, folder), plan)
