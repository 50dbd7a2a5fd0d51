"""Hearing watermarks: a loop that keeps the latest record of each partition, and one that writes what counts."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from pydantic import ValidationError

from contracts.streams import WATERMARKS
from contracts.watermarks import Watermarks
from services.chassis.consume import heard_rows, tell
from services.chassis.consume.heard_rows import Place
from services.chassis.consume.heard_rules import Told, hear
from services.chassis.consume.kafka import assert_fetching, pause, plain_consumer
from services.chassis.consume.reader import Reader
from services.chassis.database import Database
from services.chassis.strays import no_strays
from services.chassis.work import Work

_EVERY: Final = 0.25
"""Seconds between two writes; relays speak as often."""

_BEAT_EVERY: Final = 1.0
_RETRY: Final = 2.0


class Listener:
    """Writes the `heard` rows of those partitions that this process's readers own now."""

    def __init__(self, database: Database, readers: Sequence[Reader], *, kafka: str, namespace: str) -> None:
        self._database = database
        self._readers = {reader.stream.name: reader for reader in readers}
        self._kafka = kafka
        self._place = TopicPartition(WATERMARKS.topic(namespace), 0)
        self._told: dict[Place, Told] = {}
        self._next: dict[Place, int] = {}
        self._beat_at = 0.0

    async def run(self, stop: asyncio.Event) -> None:
        """Both loops until `stop`. Neither Kafka nor the database being away ends them."""
        await asyncio.gather(self._kept_up(self._listen, stop), self._kept_up(self._write, stop))

    def hear(self, raw: bytes) -> None:
        """Take one record of the watermarks topic; one that is no such thing says nothing."""
        try:
            said = Watermarks.model_validate_json(raw)
        except ValidationError as broken:
            tell.bad_watermark(self._database.service, broken)
            return
        for shard in said.shards:
            reader = self._readers.get(shard.stream)
            known = self._told.get((shard.stream, shard.partition))
            if reader is not None and reader.stream.said_by == said.service and (known is None or shard.at > known.at):
                self._told[shard.stream, shard.partition] = Told(shard.at, shard.offset, shard.held, shard.held_more)

    async def write(self) -> None:
        """Write what changed since the last time: who has unread records, and which watermarks count."""
        behind = self._look()
        told = {place: self._told.pop(place) for place in behind if place in self._told}
        beats = time.monotonic() - self._beat_at >= _BEAT_EVERY
        if not behind or not (told or beats):
            return
        topics = {name: reader.topic for name, reader in self._readers.items()}

        async def note(work: Work) -> None:
            if beats:
                await heard_rows.beat(work, behind)
            now = await heard_rows.marks(work, topics, list(behind))
            after = {place: hear(marks, told.get(place), position=at) for place, (marks, at) in now.items()}
            changed = {place: marks for place, marks in after.items() if marks != now[place][0]}
            if changed:
                await heard_rows.write(work, changed)

        await self._database.run(note, actor=f"system:{self._database.service}")
        if beats:
            self._beat_at = time.monotonic()

    def _look(self) -> dict[Place, bool]:
        """Each owned partition: unread records now, or some read since the last look."""
        found: dict[Place, bool] = {}
        for name, reader in self._readers.items():
            at = reader.at
            for partition, unread in reader.tails.items():
                place = (name, partition)
                found[place] = unread or at.get(partition) != self._next.get(place, at.get(partition))
                self._next[place] = at.get(partition, 0)
        return found

    async def _kept_up(self, loop: Callable[[asyncio.Event], Awaitable[None]], stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                with no_strays():
                    await loop(stop)
            except Exception as error:
                tell.waits(self._database.service, WATERMARKS.name, error, 1)
                await pause(stop, _RETRY)

    async def _write(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await pause(stop, _EVERY)
            await self.write()

    async def _listen(self, stop: asyncio.Event) -> None:
        """From the topic's end: what was said before is said again within 250 ms."""
        async with plain_consumer(self._kafka) as consumer:
            consumer.assign([self._place])
            await consumer.seek_to_end(self._place)
            while not stop.is_set():
                await self._take(consumer)

    async def _take(self, consumer: AIOKafkaConsumer) -> None:
        assert_fetching(consumer)
        for records in (await consumer.getmany(timeout_ms=int(_EVERY * 1000))).values():
            for record in records:
                self.hear(record.value or b"")
