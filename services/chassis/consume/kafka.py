"""Plain consumers, outside any group: one record again, ends of partitions, watermarks."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from services.chassis.closed import teach_closed
from services.chassis.consume.decode import Record, Spot

_PATIENCE: Final = 10.0
"""Seconds to wait for one answer of Kafka."""


class FetchingEnded(RuntimeError):
    """The client's own routine that fetches has ended: nothing will ever come from this consumer."""


class NotOnKafka(LookupError):
    """The record is not there any more: its stream keeps it no longer."""


@asynccontextmanager
async def plain_consumer(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A started consumer without a group; raises `KafkaError` or `TimeoutError` when Kafka is away."""
    teach_closed()
    consumer = AIOKafkaConsumer(
        bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest", metadata_max_age_ms=10_000
    )
    try:
        await asyncio.wait_for(consumer.start(), _PATIENCE)
        yield consumer
    finally:
        await stopped(consumer)


def assert_fetching(consumer: AIOKafkaConsumer) -> None:
    """Raises FetchingEnded. aiokafka tells nobody: `getmany` answers that nothing has come, for ever."""
    fetcher = consumer._fetcher
    if fetcher is not None and fetcher.error_future.done():
        raise FetchingEnded


async def stopped(consumer: AIOKafkaConsumer) -> None:
    """Stop a consumer that may hang: a frozen broker never answers its leaving."""
    try:
        await asyncio.wait_for(consumer.stop(), _PATIENCE)
    except (TimeoutError, KafkaError):
        return


async def record_at(kafka: str, spot: Spot) -> Record:
    """The record at this offset.

    Raises:
        NotOnKafka: another record, or none, is found there.
    """
    place = TopicPartition(spot.topic, spot.partition)
    async with plain_consumer(kafka) as consumer:
        consumer.assign([place])
        consumer.seek(place, spot.offset)
        try:
            record: Record = await asyncio.wait_for(consumer.getone(place), _PATIENCE)
        except TimeoutError:
            raise NotOnKafka(spot.topic) from None
    if record.offset != spot.offset:
        raise NotOnKafka(spot.topic)
    return record


async def bounds(consumer: AIOKafkaConsumer, topic: str, partitions: Iterable[int]) -> dict[int, tuple[int, int]]:
    """First offset and end of these partitions, asked from Kafka now."""
    places = [TopicPartition(topic, partition) for partition in partitions]
    begins = await asyncio.wait_for(consumer.beginning_offsets(places), _PATIENCE)
    ends = await asyncio.wait_for(consumer.end_offsets(places), _PATIENCE)
    return {place.partition: (begins[place], ends[place]) for place in places}


async def ends_of(consumer: AIOKafkaConsumer, topic: str, partitions: Iterable[int]) -> dict[int, int]:
    """The end of these partitions: the offset the next record will get. `TimeoutError` when one does not exist."""
    places = [TopicPartition(topic, partition) for partition in partitions]
    found = await asyncio.wait_for(consumer.end_offsets(places), _PATIENCE) if places else {}
    return {place.partition: end for place, end in found.items()}


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond `stop`."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
