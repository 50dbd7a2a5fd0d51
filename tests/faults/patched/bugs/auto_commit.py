"""The reader starts where its group's offset stands, and the client commits that offset by itself every half second.

FastStream's `ACK_FIRST`, aiokafka's `enable_auto_commit`: what is polled counts as done, whatever becomes of it.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.middlewares import AckPolicy

from services.chassis.consume import broker as brokers
from services.chassis.consume import heard_rows, reader
from services.chassis.consume.assignment import Assignment
from services.chassis.consume.broker import MAX_RECORDS, POLL_MS, Partitions, Take, records_of, tolerant
from services.chassis.consume.position import put, recorded_state
from services.chassis.consume.reader import Reader
from services.chassis.consume.rules import From, Start, State
from services.chassis.work import Work
from tests.faults.patched.patching import patch


def plant() -> None:
    """In every reader of the process."""
    patch(reader, "batch_broker", _batch_broker)
    patch(Assignment, "settle", _settle)
    patch(Reader, "_commit", _commit)


def _batch_broker(
    kafka: str, *, topic: str, group: str, session_timeout: float, partitions: Partitions, take: Take
) -> tuple[KafkaBroker, BatchSubscriber]:
    broker = brokers._silent_broker(kafka)
    subscriber = broker.subscriber(
        topic,
        batch=True,
        group_id=group,
        max_records=MAX_RECORDS,
        batch_timeout_ms=POLL_MS,
        auto_offset_reset="earliest",
        session_timeout_ms=int(session_timeout * 1000),
        heartbeat_interval_ms=int(session_timeout * 100),
        ack_policy=AckPolicy.ACK_FIRST,
        auto_commit_interval_ms=500,
        listener=partitions,
        parser=tolerant,
        decoder=records_of,
        no_reply=True,
    )

    async def on_poll(records: tuple[Any, ...]) -> None:
        await take(records)

    subscriber(on_poll)
    return broker, subscriber


async def _settle(self: Assignment, consumer: AIOKafkaConsumer) -> None:
    """Kafka knows where this group was."""
    async with self._lock:
        starts: dict[int, Start] = {}
        for partition in sorted(self.unsettled):
            offset = await consumer.committed(TopicPartition(self._topic, partition))
            starts[partition] = Start(offset or 0, From.POSITION)

        async def place(work: Work) -> None:
            await put(work, self._topic, starts)
            self.state = await recorded_state(work, self._stream.name, State.RUNNING)
            await heard_rows.reader_starts(work, self._stream.name, list(starts))

        if starts:
            await self._database.run(place, actor=f"system:{self._database.service}")
            self._seek(consumer, starts)


async def _commit(self: Reader, consumer: AIOKafkaConsumer) -> None:
    """The client does that."""
