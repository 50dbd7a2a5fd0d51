"""A line of all four services without their loops: every step is done by hand, one after the other, and so counted."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import asyncpg
import httpx
from aiokafka import ConsumerRecord

from contracts.streams import STREAMS, Stream
from services.chassis.consume.apply import apply
from services.chassis.consume.decode import Item, read
from services.chassis.consume.position import Step, move, put, recorded_state
from services.chassis.consume.rules import From, Start, State
from services.chassis.database import Database
from services.chassis.relay.relay import Relay
from services.chassis.service import Reads, Service
from services.chassis.topics import make_topics
from services.chassis.work import Work
from tests.baseline.counting import Statements, Wal, wal_of
from tests.bench.people import letters, spread
from tests.clock import administrator
from tests.doors import Doors
from tests.journeys.records import records_of
from tests.place import SERVICES, Place

_FIRST_BIRTH: Final = date(1935, 1, 1)
BATCH: Final = 500
"""Facts of one poll at most (`consume/broker.py`)."""


class Line:
    """The services of one place. Everything runs one after the other, so each has one session with the server."""

    def __init__(
        self, place: Place, doors: Doors, statements: Statements, admin: "asyncpg.Connection[asyncpg.Record]"
    ) -> None:
        self.place = place
        self.statements = statements
        self._doors = doors
        self._admin = admin
        self._services: dict[str, Service] = {}
        self._databases: dict[str, Database] = {}
        self._relays: dict[str, Relay] = {}
        self._read: dict[tuple[str, str, int], int] = {}

    async def open(self, stack: AsyncExitStack) -> None:
        """Build every service and its relay; topics are there."""
        for name in SERVICES:
            self._services[name], parts = await self._doors.open(name), self._doors.parts_of(name)
            self._databases[name] = parts.database
            streams = [stream for stream in STREAMS.values() if stream.said_by == name]
            if streams:
                relay = Relay(parts.database, self.place.kafka, self.place.namespace, streams)
                stack.push_async_callback(relay.publisher.close)
                self._relays[name] = relay
                await relay.round()
            for reads in self._services[name].reads:
                await self._begin(name, reads.stream)

    async def ask(self, who: str) -> httpx.AsyncClient:
        """A client of intake."""
        return await self._doors.ask("intake", who)

    async def relay(self, service: str) -> int:
        """One round of a service's relay; the statements it took."""
        relay = self._relays[service]
        await relay.leases.keep()
        self.statements.taken()
        await relay.shipping.turn({one.name: one for one in STREAMS.values() if one.said_by == service})
        return self.statements.taken()

    async def hear(self, service: str, stream: Stream) -> list[int]:
        """Apply what a service has not read of a stream, in batches as its reader would; the statements of each."""
        records = [one for one in await records_of(self.place, stream) if one.offset >= self._at(service, stream, one)]
        reads = next(one for one in self._services[service].reads if one.stream == stream)
        taken = []
        for first in range(0, len(records), BATCH):
            self.statements.taken()
            await self._apply(service, reads, records[first : first + BATCH])
            taken.append(self.statements.taken())
        return taken

    async def flush(self) -> None:
        """Have the server count what every session has read so far."""
        for database in self._databases.values():
            async with database.work("system:test") as work:
                await work.value("select pg_stat_force_next_flush()")

    async def wal(self) -> Wal:
        """What the services have written so far."""
        return await wal_of(list(self._databases.values()), self._admin)

    def _at(self, service: str, stream: Stream, record: "ConsumerRecord[bytes, bytes]") -> int:
        return self._read.get((service, stream.name, record.partition), 0)

    async def _apply(self, service: str, reads: Reads, records: "Sequence[ConsumerRecord[bytes, bytes]]") -> None:
        items = [item for record in records if isinstance(item := read(record, reads.stream), Item)]
        steps: dict[int, Step] = {}
        for record in records:
            began = steps.get(record.partition, Step(record.offset, 0)).since
            steps[record.partition] = Step(began, record.offset + 1)
            self._read[service, reads.stream.name, record.partition] = record.offset + 1

        async def together(work: Work) -> None:
            made = await apply(work, reads, items, saves=False)
            await move(work, records[0].topic, reads.stream.name, steps, made.cursors)

        await self._databases[service].run(together, actor=f"system:{service}")

    async def _begin(self, service: str, stream: Stream) -> None:
        async def begin(work: Work) -> None:
            starts = {partition: Start(0, From.BEGINNING) for partition in range(stream.partitions)}
            await put(work, stream.topic(self.place.namespace), starts)
            await recorded_state(work, stream.name, State.RUNNING)

        await self._databases[service].run(begin, actor="system:test")


@asynccontextmanager
async def a_line(place: Place, folder: Path) -> AsyncIterator[Line]:
    """Opened on a fresh place, closed at the end."""
    async with AsyncExitStack() as stack:
        statements = Statements()
        stack.enter_context(statements.counted())
        admin = await administrator(place)
        stack.push_async_callback(admin.close)
        await make_topics(place.kafka, place.namespace)
        line = Line(place, Doors(place, folder / "keys", stack), statements, admin)
        await line.open(stack)
        yield line


def referral(number: int) -> dict[str, Any]:
    """A referral about the `number`-th person, who is like nobody else."""
    return {
        "route": "kelp-soloby",
        "study": "kelp",
        "material": "kelp-words@1",
        "external_id": f"R-{number}",
        "disclosure_basis": {"kind": "self_referred", "reference": f"form {number}", "given_on": "2025-06-01"},
        "person": {
            "given_name": letters(spread(number)),
            "family_name": letters(spread(number + 1)),
            "birth_date": (_FIRST_BIRTH + timedelta(days=spread(number) % 25_000)).isoformat(),
            "phone": f"+4477{number:08}",
            "email": f"ada.wren.{number}@mail.example",
            "postcode": f"{spread(number) % 90_000 + 10_000}",
            "language": "en",
        },
        "permission": {"channels": ["phone"], "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"},
    }
