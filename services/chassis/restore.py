"""After a database was restored: raise every head to what Kafka already holds, before anybody writes (delivery.md)."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.envelope import UnreadableHead, head_from
from contracts.streams import Stream
from services.chassis.consume.kafka import bounds, plain_consumer
from services.chassis.database import Database
from services.chassis.work import Work

EXPIRED: Final = 1000
"""Versions added where a topic keeps less than its heads know (`tokens`, 20 h): what expired may have been higher."""

_WAIT_MS: Final = 5000
_SLICE: Final = 5000

_OTHERS: Final = """
select count(*) from pg_stat_activity where usename = current_user and datname = current_database()
and pid <> pg_backend_pid()
"""

_RAISE: Final = """
with raised as (
  insert into head as h (stream, key, version, at)
  select $1, key, version, at from unnest($2::text[], $3::bigint[], $4::timestamptz[]) as k(key, version, at)
  order by key
  on conflict (stream, key) do update set version = excluded.version, at = greatest(h.at, excluded.at)
  where h.version < excluded.version
  returning key, xmax = 0 as unheard
), noted as (insert into raised_head select $1, key from raised on conflict do nothing)
select key, unheard from raised
"""
"""`raised_head`: whoever decides about such a key again says all of it, since its readers may have heard otherwise."""

_ADD: Final = """
with raised as (update head set version = version + $2 where stream = $1 returning 1) select count(*) from raised
"""


@dataclass(frozen=True, slots=True)
class Key:
    """What Kafka has of one key: its highest version, the latest time, and the type of the first fact that is there."""

    version: int
    at: datetime
    type: str


Highest = dict[str, Key]


class WritersOpen(RuntimeError):
    """Somebody is connected as this service: heads are raised before writers open, never beside them."""


class TopicGone(LookupError):
    """The stream's topic is not there, so nobody can say what was published."""


@dataclass(frozen=True, slots=True)
class Raised:
    """What was done for one stream: records read, keys found, heads that were raised."""

    stream: str
    records: int
    keys: int
    heads: int
    unheard: tuple[tuple[str, str], ...] = ()
    """keys on Kafka that the copy had no head for, each with the type of its first fact: first said after the copy"""


async def require_no_writers(database: Database) -> None:
    """Raises WritersOpen when another session of this service's role is there."""
    async with database.work(f"system:{database.service}") as work:
        if await work.value(_OTHERS):
            raise WritersOpen(database.service)


async def raise_heads(
    database: Database, kafka: str, namespace: str, stream: Stream, *, say: Callable[[int], None] = lambda _: None
) -> Raised:
    """Read one stream from its start to its end of now, and raise its heads. Repeating it changes nothing more, but
    for the streams whose facts expire within days. `say` hears how many records were read.
    """
    records = keys = heads = 0
    unheard: list[tuple[str, str]] = []
    async for found, read in _partitions(kafka, stream.topic(namespace), stream.partitions):
        records, keys = records + read, keys + len(found)
        raised = await _raise(database, stream, found)
        heads += len(raised)
        unheard += [(key, found[key].type) for key, new in raised.items() if new]
        say(records)
    if stream.blank_after_send:
        async with database.work(f"system:{database.service}") as work:
            heads = int(await work.value(_ADD, stream.name, EXPIRED))
    return Raised(stream.name, records, keys, heads, tuple(sorted(unheard)))


async def _raise(database: Database, stream: Stream, found: Highest) -> dict[str, bool]:
    """The keys whose heads went up: whether there was none before."""
    ordered, raised = sorted(found), dict[str, bool]()
    for start in range(0, len(ordered), _SLICE):
        some = ordered[start : start + _SLICE]
        versions, times = [found[key].version for key in some], [found[key].at for key in some]

        async def do(
            work: Work, some: list[str] = some, v: list[int] = versions, t: list[datetime] = times
        ) -> dict[str, bool]:
            return {row["key"]: row["unheard"] for row in await work.fetch(_RAISE, stream.name, some, v, t)}

        raised |= await database.run(do, actor=f"system:{database.service}")
    return raised


async def _partitions(kafka: str, topic: str, partitions: int) -> AsyncIterator[tuple[Highest, int]]:
    """One partition after the other: what each key's highest version is there, and how many records were read."""
    async with plain_consumer(kafka) as consumer:
        if topic not in await consumer.topics():
            raise TopicGone(topic)
        for partition, (begin, end) in sorted((await bounds(consumer, topic, range(partitions))).items()):
            yield await _highest(consumer, TopicPartition(topic, partition), begin, end)


async def _highest(consumer: AIOKafkaConsumer, place: TopicPartition, begin: int, end: int) -> tuple[Highest, int]:
    found: Highest = {}
    read = 0
    consumer.assign([place])
    consumer.seek(place, begin)
    while await consumer.position(place) < end:
        batch = await consumer.getmany(place, timeout_ms=_WAIT_MS)
        for record in batch.get(place, ()):
            read += 1
            try:
                head = head_from(record.headers)
            except UnreadableHead:
                continue
            known = found.get(head.key) or Key(head.version, head.time, head.type)
            found[head.key] = Key(max(known.version, head.version), max(known.at, head.time), known.type)
    return found, read
