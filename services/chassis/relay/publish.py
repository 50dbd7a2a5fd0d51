"""One idempotent producer at a time, thrown away after any failed batch; every wait for Kafka has an end."""

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import ProducerClosed

from services.chassis.closed import teach_closed
from services.chassis.relay.verdict import teach_errors
from services.chassis.telemetry import metrics

BATCH_BYTES: Final = 512 * 1024
"""aiokafka's `max_batch_size`: its default of 16 KiB is about 20 facts; always under a topic's `max.message.bytes`."""

STOP_SECONDS: Final = 1.0
MOST_ABANDONED: Final = 3
"""Producers that would not stop, alive at once, above which the process is better ended."""

Record = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, value, headers."""


class TooManyAbandoned(RuntimeError):
    """Several producers hang beyond stopping: only the end of the process frees them. It leaves at once."""


@dataclass(frozen=True, slots=True)
class Batch:
    """A filled record batch: aiokafka's own, and the records it holds."""

    built: Any
    records: Sequence[Record]

    @property
    def count(self) -> int:
        """How many those are."""
        return len(self.records)


class Publisher:
    """Sends record batches. `patience` is how many seconds Kafka has for one answer; then the batch is unknown."""

    def __init__(self, kafka: str, service: str, *, patience: float = 5.0) -> None:
        self._kafka = kafka
        self._service = service
        self._patience = patience
        self._producer: AIOKafkaProducer | None = None
        self._leaving: set[asyncio.Task[None]] = set()

    @property
    def is_open(self) -> bool:
        """Whether there is a started producer."""
        return self._producer is not None

    @property
    def abandoned(self) -> int:
        """Producers that were told to stop and did not, so far."""
        return len(self._leaving)

    async def open(self) -> None:
        """Have a started producer. Raises what aiokafka raises, or TimeoutError."""
        if self._producer is not None:
            return
        teach_errors()
        teach_closed()
        self._producer = AIOKafkaProducer(
            bootstrap_servers=self._kafka,
            client_id=f"baton-relay-{self._service}",
            enable_idempotence=True,
            acks="all",
            max_batch_size=BATCH_BYTES,
            request_timeout_ms=max(500, int(self._patience * 800)),
            retry_backoff_ms=50,
        )
        try:
            await asyncio.wait_for(self._producer.start(), self._patience)
        except BaseException:
            await self.discard()
            raise

    def fill(self, records: Sequence[Record]) -> Batch:
        """One record batch with as many of `records`, from the first, as fit; at least one."""
        assert self._producer is not None, "open() first"
        batch = self._producer.create_batch()
        now = int(time.time() * 1000)  # the time of sending: an old stamp is deleted early, the fact's is `ce_time`
        count = 0
        for key, value, headers in records:
            if batch.append(key=key, value=value, timestamp=now, headers=headers) is None:
                break
            count += 1
        batch.close()
        return Batch(batch, records[:count])

    async def send(self, batch: Batch, topic: str, partition: int) -> int | None:
        """Send it, whole or not at all; answers the offset after its last record, None when Kafka did not say.

        Raises an error of aiokafka, or TimeoutError: then the batch is unknown and `discard()` is due.
        """
        assert self._producer is not None, "open() first"
        delivery = self._deliver(self._producer, batch, topic, partition)
        answer = await asyncio.wait_for(delivery, self._patience)
        offset = -1 if answer is None else int(answer.offset)
        return offset + batch.count if offset >= 0 else None

    @staticmethod
    async def _deliver(producer: AIOKafkaProducer, batch: Batch, topic: str, partition: int) -> Any:
        delivered = await producer.send_batch(batch.built, topic, partition=partition)
        return await delivered

    async def ends(self, partitions: Sequence[tuple[str, int]]) -> dict[tuple[str, int], int]:
        """The end offsets of (topic, partition) as Kafka knows them."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka,
            client_id=f"baton-relay-{self._service}",
            request_timeout_ms=max(500, int(self._patience * 800)),
        )
        try:
            async with asyncio.timeout(self._patience):
                await consumer.start()
                ends = await consumer.end_offsets([TopicPartition(*partition) for partition in partitions])
        finally:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(consumer.stop(), STOP_SECONDS)
        return {(partition.topic, partition.partition): end for partition, end in ends.items()}

    async def discard(self) -> None:
        """Throw the producer away; one that will not stop is left behind and counted.

        Raises:
            TooManyAbandoned: more than `MOST_ABANDONED` are left behind.
        """
        producer, self._producer = self._producer, None
        if producer is None:
            return
        leaving = asyncio.create_task(_stop(producer))
        await asyncio.wait({leaving}, timeout=STOP_SECONDS)
        if not leaving.done():
            _cut(producer)
            metrics.RELAY_ABANDONED.add(1, service=self._service)
            self._leaving.add(leaving)
            leaving.add_done_callback(self._leaving.discard)
        if len(self._leaving) > MOST_ABANDONED:
            raise TooManyAbandoned(f"{len(self._leaving)} producers do not stop")

    async def close(self) -> None:
        """Stop for good, in a few seconds whatever Kafka does."""
        with contextlib.suppress(TooManyAbandoned):
            await self.discard()
        if self._leaving:
            await asyncio.wait(set(self._leaving), timeout=STOP_SECONDS)
        for task in set(self._leaving):
            task.cancel()


async def _stop(producer: AIOKafkaProducer) -> None:
    with contextlib.suppress(Exception):  # what went wrong with it is known already, or nobody's business any more
        await producer.stop()
    producer._message_accumulator.fail_all(ProducerClosed())  # frees whoever waits for batches nobody sends any more


def _cut(producer: AIOKafkaProducer) -> None:
    """End the sending task: while it retries, for ever and deaf to its own timeouts, `stop()` waits for it."""
    task = producer._sender.sender_task
    if task is not None:
        task.cancel()
