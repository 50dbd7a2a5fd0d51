"""The loop itself: intake rows and outbox, relay, routing, relay, clocks and timers, reports; nothing is decided.

One process, one event loop, a connection with PostgreSQL for each part. Batches of 500; relays poll every 10 ms.
"""

import asyncio
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.streams import PARTITIONS, STREAMS
from tests.bench.floor.rows import Tables
from tests.bench.floor.shapes import Hears, Shape
from tests.bench.floor.statements import ADD, CURSORS, HEADS, JOURNAL, LOADS, MARK, MARK_LEADS, POLL, POSITION
from tests.bench.floor.wire import Row, Wire, version_of
from tests.bench.place import Admin
from tests.bench.servers import plain
from tests.place import Place

BATCH: Final = 500
POLL_EVERY: Final = 0.01
_BATCH_BYTES: Final = 512 * 1024


@dataclass(frozen=True, slots=True)
class Heard:
    """One record as far as the loop looks at it."""

    key: str
    lead: UUID
    partition: int
    next: int
    version: int
    body: bytes


class Loop:
    """All parts; `ended` tells when a lead was committed by the clocks and by the reports, whichever was later."""

    def __init__(self, place: Place, shape: Shape, wire: Wire, tables: Tables) -> None:
        self.ended: dict[UUID, float] = {}
        self._halfway: set[UUID] = set()
        self._place = place
        self._shape = shape
        self._wire = wire
        self._tables = tables
        self._stack = AsyncExitStack()
        self._feeding: Admin | None = None

    async def run(self) -> None:
        """Relays and readers, until cancelled."""
        async with self._stack, asyncio.TaskGroup() as group:
            for service in self._shape.relays:
                group.create_task(self._relay(service))
            for hears in self._shape.readers:
                group.create_task(self._read(hears))

    async def accept(self, leads: Sequence[UUID]) -> None:
        """Take these in: one transaction."""
        if self._feeding is None:
            self._feeding = await self._connection()
        admin = self._feeding
        async with admin.transaction():
            await self._tables.write(admin, self._shape.accepts, leads)
            rows = [row for lead in leads for stream in self._shape.said for row in self._wire.rows(stream, lead)]
            await self._say(admin, "intake", rows)

    async def close(self) -> None:
        """Hang up."""
        await self._stack.aclose()

    async def _connection(self) -> Admin:
        admin = await asyncpg.connect(plain(self._place.administrator))
        self._stack.push_async_callback(admin.close)
        return admin

    async def _say(self, admin: Admin, service: str, rows: Sequence[Row]) -> None:
        if self._shape.heads:
            newest = {(row.stream, row.key): row.version for row in rows}
            streams, keys = [stream for stream, _ in newest], [key for _, key in newest]
            await admin.execute(HEADS.format(service=service), streams, keys, list(newest.values()))
        await self._tables.say(admin, service, rows, datetime.now(UTC))

    async def _relay(self, service: str) -> None:
        admin = await self._connection()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._place.kafka, acks="all", enable_idempotence=True, max_batch_size=_BATCH_BYTES
        )
        await producer.start()
        self._stack.push_async_callback(producer.stop)
        poll, mark = POLL.format(service=service), MARK.format(service=service)
        while True:
            rows = await admin.fetch(poll, PARTITIONS, BATCH)
            if not rows:
                await asyncio.sleep(POLL_EVERY)
                continue
            await self._send(producer, rows)
            await admin.execute(mark, [row["id"] for row in rows], rows[0]["created"], rows[-1]["created"])

    async def _send(self, producer: AIOKafkaProducer, rows: Sequence[Any]) -> None:
        """A batch a stream and shard; what does not fit into one goes with the next, after it."""
        batches: dict[tuple[str, int], list[Any]] = {}
        for row in rows:
            place = (row["stream"], row["shard"])
            headers = self._wire.headers(row["stream"], row["version"], row["key"])
            told = {"key": row["key"].encode(), "value": row["body"], "timestamp": None, "headers": headers}
            open_ones = batches.setdefault(place, [producer.create_batch()])
            if open_ones[-1].append(**told) is None:
                open_ones.append(producer.create_batch())
                open_ones[-1].append(**told)
        await asyncio.gather(*(self._send_place(producer, place, some) for place, some in batches.items()))

    async def _send_place(self, producer: AIOKafkaProducer, place: tuple[str, int], batches: Sequence[Any]) -> None:
        stream, shard = place
        for batch in batches:
            batch.close()
            await (await producer.send_batch(batch, STREAMS[stream].topic(self._place.namespace), partition=shard))

    async def _read(self, hears: Hears) -> None:
        admin = await self._connection()
        topic = STREAMS[hears.stream].topic(self._place.namespace)
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._place.kafka, auto_offset_reset="earliest", enable_auto_commit=False
        )
        await consumer.start()
        self._stack.push_async_callback(consumer.stop)
        consumer.assign([TopicPartition(topic, partition) for partition in range(PARTITIONS)])
        while True:
            polled = await consumer.getmany(timeout_ms=1000, max_records=BATCH)
            heard = [_heard(record) for records in polled.values() for record in records]
            if heard:
                async with admin.transaction():
                    await self._apply(admin, hears, topic, heard)
                self._note(hears, heard)

    async def _apply(self, admin: Admin, hears: Hears, topic: str, heard: Sequence[Heard]) -> None:
        versions = {one.key: one.version for one in heard}
        await admin.execute(
            CURSORS.format(service=hears.service), hears.stream, list(versions), list(versions.values())
        )
        fresh = [one.lead for one in heard if one.version == 1]
        if fresh:
            await self._tables.write(admin, hears.tables, fresh)
        if hears.loads and fresh:
            await admin.execute(LOADS, len(fresh))
        if hears.marks:
            await admin.execute(MARK_LEADS, [one.lead for one in heard])
        if hears.journal:
            await admin.execute(
                JOURNAL, hears.stream, [one.key for one in heard], [one.version for one in heard],
                [one.partition for one in heard], [one.body.decode() for one in heard],
            )  # fmt: skip
        if hears.tally:
            await admin.execute(ADD, hears.stream, len(heard))
        if hears.says and fresh:
            await self._say(admin, hears.service, [r for lead in fresh for r in self._wire.rows(hears.says, lead)])
        ends = {one.partition: one.next for one in heard}
        await admin.execute(POSITION.format(service=hears.service), topic, list(ends), list(ends.values()))

    def _note(self, hears: Hears, heard: Sequence[Heard]) -> None:
        """The clocks and the reports both have to have it all."""
        if not hears.ends:
            return
        now, last = time.perf_counter(), self._wire.last(hears.stream)
        for one in heard:
            if one.version == last:
                if one.lead in self._halfway:
                    self.ended[one.lead] = now
                self._halfway.add(one.lead)


def _heard(record: Any) -> Heard:
    key = record.key.decode()
    return Heard(key, UUID(key), record.partition, record.offset + 1, version_of(record.headers), record.value)
