"""How far a reader is behind the end of its stream, by its own positions (doctor, metrics)."""

from collections.abc import Mapping, Sequence

from contracts.streams import Stream
from services.chassis.consume.kafka import ends_of, plain_consumer
from services.chassis.consume.position import positions
from services.chassis.database import Database


async def lag(database: Database, kafka: str, namespace: str, streams: Sequence[Stream]) -> dict[str, dict[int, int]]:
    """Records not yet read by this service: stream name -> partition -> Kafka's end minus our position.

    Kafka is asked first, without a transaction open; so what is read meanwhile counts as read.
    """
    async with plain_consumer(kafka) as consumer:
        ends = {
            stream.name: await ends_of(consumer, stream.topic(namespace), range(stream.partitions))
            for stream in streams
        }
    async with database.work(f"system:{database.service}") as work:
        return {
            stream.name: behind(ends[stream.name], await positions(work, stream.topic(namespace))) for stream in streams
        }


def behind(ends: Mapping[int, int], at: Mapping[int, int]) -> dict[int, int]:
    """End minus position, never below 0; a partition that was never read counts in full."""
    return {partition: max(0, end - at.get(partition, 0)) for partition, end in ends.items()}
