"""A broken producer: bad records straight onto a topic, past every outbox; and where they came to lie."""

import asyncio
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.envelope import FactHead, headers_of
from contracts.streams import LEADS, REFERRALS, Stream, partition_of

MARK: Final = "x-planted"
"""The header by which a bad record is found again."""

_WITHIN: Final = 8.0
_READS_WITHIN: Final = 30.0


@dataclass(frozen=True, slots=True)
class Bad:
    """One bad record. `event`: its mark, and its event id where it has one."""

    event: str
    stream: Stream
    key: str
    headers: list[tuple[str, bytes]]
    body: bytes


def bad_record(how: str, lead: str) -> Bad:
    """`unreadable`: headers that say nothing. Else a well-formed head under version 2 of the lead on `referrals`."""
    event = uuid4()
    mark = (MARK, str(event).encode())
    if how == "unreadable":
        return Bad(str(event), LEADS, lead, [("ce_id", b"\xff\xfe"), ("ce_keyversion", b"two"), mark], b"{}")
    head = FactHead(
        id=event,
        type="baton.ReferralReceived.v1" if how == "body" else "baton.ReferralRevised.v1",
        source="/intake",
        key=lead,
        version=2,
        time=datetime.now(UTC),
        correlation=UUID(lead),
        causation=None,
        actor="system:intake",
        is_test=False,
        ignorable=how == "unknown_ignorable",
    )
    body = json.dumps({"lead": lead, "study": 7}).encode()
    return Bad(str(event), REFERRALS, lead, [*headers_of(head), mark], body)


async def produce(kafka: str, namespace: str, bad: Bad) -> int:
    """Its offset. Raises what a Kafka client raises, or TimeoutError: then it may lie there or not."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, acks="all")
    try:
        async with asyncio.timeout(_WITHIN):
            await producer.start()
            place = TopicPartition(bad.stream.topic(namespace), partition_of(bad.key))
            sent = await producer.send_and_wait(
                place.topic, bad.body, key=bad.key.encode(), headers=bad.headers, partition=place.partition
            )
            return int(sent.offset)
    finally:
        await _stopped(producer)


async def find(kafka: str, namespace: str, bad: Bad) -> int | None:
    """The offset of a record that may have been written, None where it was not. Raises like `produce`."""
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    wanted = (MARK, bad.event.encode())
    try:
        async with asyncio.timeout(_READS_WITHIN):
            await consumer.start()
            place = TopicPartition(bad.stream.topic(namespace), partition_of(bad.key))
            consumer.assign([place])
            end = (await consumer.end_offsets([place]))[place]
            await consumer.seek_to_beginning(place)
            while await consumer.position(place) < end:
                for record in (await consumer.getmany(place, timeout_ms=500)).get(place, ()):
                    if wanted in record.headers:
                        return int(record.offset)
            return None
    finally:
        await _stopped(consumer)


async def _stopped(client: AIOKafkaProducer | AIOKafkaConsumer) -> None:
    """`stop` hangs while the broker is away."""
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=3.0)
    stopping.cancel()
