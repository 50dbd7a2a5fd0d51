"""Where relays are tested: one service's real outbox, topics of its own, and a raw look at what Kafka really has."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import uuid4

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from contracts.alerts.facts import DeadlineWarned
from contracts.envelope import FactBody, FactHead, head_from
from contracts.streams import STREAMS, WATERMARKS, Stream, partition_of
from contracts.vocabulary import Clock
from contracts.watermarks import Watermarks
from services.chassis.database import Database
from services.chassis.relay.relay import Relay
from services.chassis.topics import check_topics, config_of
from tests.place import Place


@dataclass(frozen=True)
class Heard:
    """One record as it lies on Kafka."""

    partition: int
    offset: int
    stamp: int
    key: bytes
    head: FactHead
    body: bytes


@dataclass
class Stand:
    """A service, its streams and a namespace nobody else uses. `admin` is an administrator's connection."""

    place: Place
    service: str
    namespace: str
    database: Database
    admin: "asyncpg.Connection[asyncpg.Record]"

    @property
    def streams(self) -> list[Stream]:
        return [stream for stream in STREAMS.values() if stream.said_by == self.service]

    def relay(self, *, kafka: str | None = None, lease_seconds: float = 4.0, patience: float = 4.0) -> Relay:
        return Relay(
            self.database,
            kafka or self.place.kafka,
            self.namespace,
            self.streams,
            lease_seconds=lease_seconds,
            patience=patience,
        )

    async def say(self, *bodies: FactBody) -> None:
        async with self.database.work("system:test") as work:
            work.emit(bodies, is_test=False)

    async def sql(self, statement: str, *args: object) -> "list[asyncpg.Record]":
        """As the administrator, in this service's schema."""
        return await self.admin.fetch(statement, *args)

    async def unsent(self) -> int:
        return int((await self.sql("select count(*) from outbox where sent_at is null"))[0][0])

    async def drained(self, seconds: float = 20.0) -> None:
        await until(self._nothing_unsent, seconds)

    async def _nothing_unsent(self) -> bool:
        return await self.unsent() == 0

    async def heard(self, stream: str) -> list[Heard]:
        """Every record of a stream, partition by partition in the order of offsets."""
        topic = STREAMS[stream].topic(self.namespace)
        records = await read_raw(self.place.kafka, topic, STREAMS[stream].partitions)
        return [
            Heard(one.partition, one.offset, one.timestamp, one.key, head_from(one.headers), one.value)
            for one in records
        ]

    async def watermarks(self) -> list[Watermarks]:
        records = await read_raw(self.place.kafka, WATERMARKS.topic(self.namespace), 1)
        return [Watermarks.model_validate_json(one.value) for one in records]

    async def configure(self, stream: str, **changes: str) -> None:
        """Change a topic's settings, the way an operator would."""
        changed = {name.replace("_", "."): value for name, value in changes.items()}
        settings = config_of(STREAMS[stream], 1) | changed
        admin = AIOKafkaAdminClient(bootstrap_servers=self.place.kafka)
        await admin.start()
        try:
            topic = STREAMS[stream].topic(self.namespace)
            await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, settings)])
        finally:
            await admin.close()

        async def is_so() -> bool:
            differences = await check_topics(self.place.kafka, self.namespace, [STREAMS[stream]])
            return {one.what: one.found for one in differences} == changed

        await until(is_so)
        await asyncio.sleep(0.3)  # the broker answers so a moment before its log takes the setting


async def drop_topics(stand: Stand) -> None:
    """Take the test's own topics away again."""
    admin = AIOKafkaAdminClient(bootstrap_servers=stand.place.kafka)
    await admin.start()
    try:
        await admin.delete_topics([stream.topic(stand.namespace) for stream in [*stand.streams, WATERMARKS]])
    finally:
        await admin.close()


def a_fact(lead: str | None = None, episode: int = 1) -> DeadlineWarned:
    return DeadlineWarned(
        lead=lead or str(uuid4()), study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=episode
    )


def leads_of(shard: int, count: int) -> list[str]:
    """Lead ids whose facts all lie in one shard."""
    found: list[str] = []
    while len(found) < count:
        lead = str(uuid4())
        if partition_of(lead) == shard:
            found.append(lead)
    return found


def one_lead_a_shard() -> list[str]:
    return [leads_of(shard, 1)[0] for shard in range(12)]


def first_appearances(heard: Iterable[Heard]) -> dict[str, list[int]]:
    """Versions of each key in the order Kafka has them, repeats left out."""
    seen: dict[str, list[int]] = {}
    for one in heard:
        versions = seen.setdefault(one.head.key, [])
        if one.head.version not in versions:
            versions.append(one.head.version)
    return seen


async def read_raw(kafka: str, topic: str, partitions: int) -> list:  # type: ignore[type-arg]
    """aiokafka's own records, from the beginning to the end each partition has now."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, auto_offset_reset="earliest", max_partition_fetch_bytes=1 << 22
    )
    await consumer.start()
    try:
        places = [TopicPartition(topic, partition) for partition in range(partitions)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        starts = await consumer.beginning_offsets(places)
        records = []
        for place in places:
            consumer.seek(place, starts[place])
        while [place for place in places if await consumer.position(place) < ends[place]]:
            batches = await consumer.getmany(timeout_ms=500)
            records += [record for batch in batches.values() for record in batch]
    finally:
        await consumer.stop()
    return sorted(records, key=lambda one: (one.partition, one.offset))


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 10.0) -> None:
    """Wait for it, or fail."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    """The relays run during the block, and end as on SIGTERM."""
    stop = asyncio.Event()
    tasks = [asyncio.create_task(relay.run(stop)) for relay in relays]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


@asynccontextmanager
async def by_hand(relay: Relay) -> AsyncIterator[Relay]:
    """A relay whose rounds the test calls itself."""
    try:
        yield relay
    finally:
        with contextlib.suppress(Exception):
            await relay.leases.leave()
        await relay.publisher.close()


def shards_of(relays: Sequence[Relay]) -> list[list[int]]:
    return [sorted(relay.leases.held) for relay in relays]
