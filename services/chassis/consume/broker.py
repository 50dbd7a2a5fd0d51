"""The FastStream side: one batch subscriber, its settings, its tolerant parser, its listener (delivery.md)."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from aiokafka import ConsumerRebalanceListener, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.message import StreamMessage
from faststream.middlewares import AckPolicy

from services.chassis.closed import teach_closed
from services.chassis.consume import tell
from services.chassis.consume.decode import Record

MAX_RECORDS: Final = 500
POLL_MS: Final = 5
IDLE_POLL_MS: Final = 25
"""FastStream sleeps as long again after an empty poll: 5 ms costs 3 % of a core for each idle reader, 25 ms 0.6 %."""
_GRACE: Final = 5.0
"""Seconds FastStream waits for the poll in hand when it is stopped."""

Take = Callable[[Sequence[Record]], Awaitable[None]]


class Partitions(ConsumerRebalanceListener):  # type: ignore[misc] # aiokafka has no types
    """Passes on what the group gives and takes."""

    def __init__(self, gained: Callable[[set[int]], Awaitable[None]], lost: Callable[[set[int]], None]) -> None:
        self._gained = gained
        self._lost = lost

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        """Before the group is joined anew."""
        self._lost({place.partition for place in revoked})

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        """Seek before anything counts. Heartbeats begin only after this returns: it has to be quick."""
        await self._gained({place.partition for place in assigned})


def batch_broker(
    kafka: str, *, topic: str, group: str, session_timeout: float, partitions: Partitions, take: Take
) -> tuple[KafkaBroker, BatchSubscriber]:
    """A broker with one batch subscriber that hands each poll's records to `take`."""
    teach_closed()
    broker = _silent_broker(kafka)
    subscriber = broker.subscriber(
        topic,
        batch=True,
        group_id=group,
        max_records=MAX_RECORDS,
        batch_timeout_ms=POLL_MS,
        auto_offset_reset="earliest",
        session_timeout_ms=int(session_timeout * 1000),
        heartbeat_interval_ms=int(session_timeout * 100),
        ack_policy=AckPolicy.MANUAL,
        listener=partitions,
        parser=tolerant,
        decoder=records_of,
        no_reply=True,
    )

    async def on_poll(records: tuple[Any, ...]) -> None:
        try:
            await take(records)
        except Exception as error:  # FastStream would swallow it; the next poll finds the hole and seeks back
            tell.escaped(topic, error)

    subscriber(on_poll)
    return broker, subscriber


def _silent_broker(kafka: str) -> KafkaBroker:
    """`logger=None`: FastStream's own lines print the payload of a failing message. `consumer_only`: no producer, no
    admin client. `apply_types=False`: nothing is coerced or copied on the way.
    """
    return KafkaBroker(
        kafka,
        ack_policy=AckPolicy.MANUAL,
        consumer_only=True,
        allow_auto_create_topics=False,
        apply_types=False,
        logger=None,
        graceful_timeout=_GRACE,
        metadata_max_age_ms=5_000,
        request_timeout_ms=30_000,
    )


async def tolerant(records: tuple[Any, ...]) -> StreamMessage[tuple[Any, ...]]:
    """A poll as it is. FastStream's own parser decodes headers as UTF-8 and loses the records where that fails."""
    return KafkaAckableMessage(body=b"", raw_message=records, consumer=_NoConsumer())


async def records_of(message: StreamMessage[tuple[Any, ...]]) -> tuple[Any, ...]:
    """The raw records; decoding is ours."""
    return message.raw_message


class _NoConsumer:
    """Nobody acknowledges through the message: offsets are committed by name, after the database."""

    async def commit(self) -> None:
        """Never: it would commit all positions."""
        raise NotImplementedError

    def seek(self, partition: TopicPartition, offset: int) -> None:
        """Never."""
        raise NotImplementedError
