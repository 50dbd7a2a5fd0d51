"""What Kafka has: every record of a topic as it lies there, and the facts in it."""

from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from contracts.envelope import Fact, body_from, head_from
from contracts.facts import AnyFact  # noqa: F401 - importing it makes every type readable
from contracts.streams import STREAMS, Stream
from tests.place import Place


async def records_of(place: Place, stream: Stream) -> "list[ConsumerRecord[bytes, bytes]]":
    """From the beginning to the end each partition has now, by partition and offset; batches decompressed."""
    consumer = AIOKafkaConsumer(
        bootstrap_servers=place.kafka, auto_offset_reset="earliest", max_partition_fetch_bytes=1 << 22
    )
    await consumer.start()
    try:
        places = _places(place, [stream])
        consumer.assign(places)
        ends, starts = await consumer.end_offsets(places), await consumer.beginning_offsets(places)
        for at in places:
            consumer.seek(at, starts[at])
        records = []
        while [at for at in places if await consumer.position(at) < ends[at]]:
            batches = await consumer.getmany(timeout_ms=500)
            records += [record for batch in batches.values() for record in batch]
    finally:
        await consumer.stop()
    return sorted(records, key=lambda one: (one.partition, one.offset))


async def ends_of(place: Place, streams: Iterable[Stream]) -> dict[tuple[str, int], int]:
    """The end of every partition by stream: the offset the next record will get."""
    named = {stream.topic(place.namespace): stream.name for stream in streams}
    consumer = AIOKafkaConsumer(bootstrap_servers=place.kafka)
    await consumer.start()
    try:
        found = await consumer.end_offsets(_places(place, [STREAMS[name] for name in named.values()]))
        return {(named[at.topic], at.partition): end for at, end in found.items()}
    finally:
        await consumer.stop()


async def facts_of(place: Place, stream: str, key: str | None = None) -> list[Fact[Any]]:
    """The facts of a stream, or of one key of it, in the order Kafka has them."""
    heard = []
    for record in await records_of(place, STREAMS[stream]):
        head = head_from(record.headers)
        if key in (None, head.key):
            heard.append(Fact(head, body_from(head, record.value or b"")))
    return heard


def _places(place: Place, streams: Iterable[Stream]) -> list[TopicPartition]:
    return [TopicPartition(one.topic(place.namespace), p) for one in streams for p in range(one.partitions)]
