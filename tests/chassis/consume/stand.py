"""A test-only service that reads: one table, one room, switches for what may go wrong. Records come from aiokafka."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

import asyncpg
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from contracts.envelope import Fact, FactBody, FactHead, body_bytes, headers_of
from contracts.leads.facts import DuplicateChecked, LeadClosed
from contracts.network.facts import SponsorDefined
from contracts.streams import LEADS, Stream
from contracts.vocabulary import CloseGroup, CloseReason, DuplicateCheck
from services.chassis.consume.reader import STUCK_AFTER, Reader
from services.chassis.database import Database
from services.chassis.service import Reads
from services.chassis.work import Work

SERVICE = "proof"
TABLES = (
    "create table if not exists tally (key text primary key, versions bigint[] not null)",
    "create table if not exists heard_of (event uuid primary key)",
    "create table if not exists stopped (key text, version bigint)",
    "create table if not exists local_hold (key text, parked boolean, n bigint generated always as identity)",
)
EMPTIED = "reader, reader_cursor, reader_position, parked, unreadable, heard, tally, heard_of, stopped, local_hold"


@dataclass(frozen=True)
class Raw:
    """One record as it goes to Kafka."""

    key: str
    headers: list[tuple[str, bytes]]
    body: bytes | None
    partition: int = 0

    def without(self, name: str) -> "Raw":
        return Raw(self.key, [pair for pair in self.headers if pair[0] != name], self.body, self.partition)

    def saying(self, name: str, value: bytes) -> "Raw":
        return Raw(self.key, [*self.without(name).headers, (name, value)], self.body, self.partition)

    def with_body(self, body: bytes | None) -> "Raw":
        return Raw(self.key, self.headers, body, self.partition)

    def adding(self, **fields: object) -> "Raw":
        return self.with_body(json.dumps({**json.loads(self.body or b"{}"), **fields}).encode())


def lead(n: int) -> str:
    """The n-th lead's id; in key order."""
    return str(UUID(int=n))


def checked(key: str) -> DuplicateChecked:
    return DuplicateChecked(lead=key, study="alder", site="eastmere", partner="openhand", result=DuplicateCheck.CLEAR)


def closed(key: str) -> LeadClosed:
    return LeadClosed(
        lead=key,
        study="alder",
        site="eastmere",
        partner="openhand",
        reason=CloseReason.NOT_INTERESTED,
        group=CloseGroup.PERSON,
    )


def a_fact(key: str, version: int, *, body: FactBody | None = None, partition: int = 0, again: int = 0) -> Raw:
    """A valid record. Its event id follows from key and version, as when redelivered; `again` makes another event."""
    said = body or checked(key)
    event = uuid5(UUID(int=again), f"{key}/{version}")
    head = FactHead(
        id=event,
        type=said.type_name,
        source="/routing",
        key=key,
        version=version,
        time=datetime(2026, 3, 2, 9, tzinfo=UTC),
        correlation=uuid4(),
        causation=None,
        actor="system:routing",
        is_test=False,
        ignorable=said.ignorable,
    )
    return Raw(key, headers_of(head), body_bytes(said), partition)


def a_sponsor(name: str, version: int) -> Raw:
    """A record of the `latest` network stream."""
    return a_fact(f"sponsor/{name}", version, body=SponsorDefined(sponsor=name, name=f"{name} v{version}"))


@dataclass
class Room:
    """The room that hears, and what shall go wrong in it. `poison`: (key, version) that fails for good."""

    poison: set[tuple[str, int]] = field(default_factory=set)
    before: Callable[[Work], Awaitable[None]] | None = None
    after: Callable[[Work], Awaitable[None]] | None = None
    stop_fails: bool = False
    batches: list[list[tuple[str, int]]] = field(default_factory=list)

    async def hear(self, work: Work, facts: Sequence[Fact[Any]]) -> None:
        """Each event once (a primary key watches), each key's versions in the order applied."""
        if self.before is not None:
            await self.before(work)
        await work.run("insert into heard_of select unnest($1::uuid[])", [fact.id for fact in facts])
        await work.run(
            "insert into tally select key, array_agg(version order by n) from unnest($1::text[], $2::bigint[]) "
            "with ordinality as t(key, version, n) group by key "
            "on conflict (key) do update set versions = tally.versions || excluded.versions",
            [fact.key for fact in facts],
            [fact.version for fact in facts],
        )
        self.batches.append([(fact.key, fact.version) for fact in facts])
        for fact in facts:
            if (fact.key, fact.version) in self.poison:
                raise ValueError("a rule's exception")
        if self.after is not None:
            await self.after(work)

    async def on_stop(self, work: Work, facts: Sequence[Fact[Any]]) -> None:
        for fact in facts:
            await work.run("insert into stopped values ($1, $2)", fact.key, fact.version)
        if self.stop_fails:
            raise ValueError("a hook's exception")

    async def on_parked(self, work: Work, keys: Sequence[str], parked: bool) -> None:
        for key in keys:
            await work.run("insert into local_hold (key, parked) values ($1, $2)", key, parked)

    def reads(self, stream: Stream = LEADS) -> Reads:
        return Reads(stream, (self.hear,), on_stop=self.on_stop, on_parked=self.on_parked)


class Stand:
    """One test's namespace, its topics, its service's database."""

    def __init__(
        self,
        kafka: str,
        namespace: str,
        database: Database,
        url: str,
        admin: asyncpg.Connection,
        producer: AIOKafkaProducer,
    ) -> None:
        self.kafka = kafka
        self.namespace = namespace
        self.database = database
        self.url = url
        self.admin = admin
        self._producer = producer
        self._lock = asyncio.Lock()
        self._topics: set[str] = set()

    async def make_topic(self, stream: Stream = LEADS, *, again: bool = False) -> None:
        """Make the stream's topic; `again` deletes it first."""
        topic = stream.topic(self.namespace)
        client = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await client.start()
        try:
            if again:
                await client.delete_topics([topic])
                await until(lambda: self._is_gone(client, topic))
            await client.create_topics([NewTopic(topic, stream.partitions, 1)])
            self._topics.add(topic)
        finally:
            await client.close()

    async def drop_topics(self) -> None:
        """Leave nothing on the broker."""
        client = AIOKafkaAdminClient(bootstrap_servers=self.kafka)
        await client.start()
        await client.delete_topics(sorted(self._topics))
        await client.close()

    async def say(self, records: Iterable[Raw], stream: Stream = LEADS) -> None:
        """Put records on the stream, in order, acknowledged."""
        topic = stream.topic(self.namespace)
        sent = [
            await self._producer.send(
                topic, one.body, key=one.key.encode(), partition=one.partition, headers=one.headers
            )
            for one in records
        ]
        await asyncio.gather(*sent)

    def reader(self, room: Room, stream: Stream = LEADS, *, stuck_after: float = STUCK_AFTER) -> Reader:
        return Reader(
            self.database,
            room.reads(stream),
            kafka=self.kafka,
            namespace=self.namespace,
            session_timeout=6.0,
            stuck_after=stuck_after,
        )

    async def rows(self, sql: str, *args: object) -> list[asyncpg.Record]:
        """As the administrator."""
        async with self._lock:
            rows: list[asyncpg.Record] = await self.admin.fetch(sql, *args)
        return rows

    async def value(self, sql: str, *args: object) -> Any:
        rows = await self.rows(sql, *args)
        return rows[0][0] if rows else None

    async def tally(self) -> dict[str, list[int]]:
        """Key -> versions in the order they took effect."""
        return {row["key"]: row["versions"] for row in await self.rows("select * from tally")}

    async def cursors(self) -> dict[str, tuple[int, bool]]:
        return {row["key"]: (row["version"], row["parked"]) for row in await self.rows("select * from reader_cursor")}

    async def parked(self) -> list[tuple[str, int, str]]:
        rows = await self.rows("select key, version, why from parked order by key, version")
        return [(row["key"], row["version"], row["why"]) for row in rows]

    async def position(self) -> int:
        """Facts read in all partitions."""
        return int(await self.value("select coalesce(sum(next_offset), 0) from reader_position"))

    async def read_to(self, total: int) -> None:
        """Wait until so many records are read."""

        async def there() -> bool:
            return await self.position() >= total

        await until(there)

    @staticmethod
    async def _is_gone(client: AIOKafkaAdminClient, topic: str) -> bool:
        return topic not in await client.list_topics()


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 40.0) -> None:
    """Wait for it; fail when it does not come."""
    async with asyncio.timeout(seconds):
        while not await condition():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def running(reader: Reader) -> AsyncIterator[Reader]:
    """The reader reads for the length of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(reader.run(stop))
    try:
        yield reader
    finally:
        stop.set()
        async with asyncio.timeout(20):
            await task
