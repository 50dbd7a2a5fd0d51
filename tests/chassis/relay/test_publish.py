"""One idempotent producer, thrown away after any failed batch; every wait has an end (delivery.md)."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaConnectionError,
    KafkaError,
    MessageSizeTooLargeError,
    OutOfOrderSequenceNumber,
    UnknownTopicOrPartitionError,
)

from services.chassis.relay import publish
from services.chassis.relay.publish import BATCH_BYTES, Publisher, Record, TooManyAbandoned
from services.chassis.topics import MAX_MESSAGE_BYTES
from services.chassis.work import MAX_BODY
from tests.chassis.relay.stand import Stand


def a_record(size: int = 200) -> Record:
    return b"k", b"x" * size, [("ce_type", b"baton.Any.v1")]


@pytest.fixture
async def publisher(stand: Stand) -> AsyncIterator[Publisher]:
    """Open, and closed after the test; Kafka has 1 s for an answer."""
    publisher = Publisher(stand.place.kafka, "sla", patience=1.0)
    await publisher.open()
    yield publisher
    await publisher.close()


def topic_of(stand: Stand) -> str:
    return f"{stand.namespace}.alerts.v1"


async def test_a_batch_is_one_atomic_record_batch_with_a_known_end(stand: Stand, publisher: Publisher) -> None:
    """A record batch is atomic; the offset comes from the acknowledgement."""
    batch = publisher.fill([a_record() for _ in range(30)])
    assert await publisher.send(batch, topic_of(stand), 4) == 30
    assert await publisher.send(publisher.fill([a_record()]), topic_of(stand), 4) == 31
    assert await publisher.ends([(topic_of(stand), 4), (topic_of(stand), 5)]) == {
        (topic_of(stand), 4): 31,
        (topic_of(stand), 5): 0,
    }


async def test_a_batch_holds_512_kib_and_one_fact_whatever_its_size(stand: Stand, publisher: Publisher) -> None:
    """`max_batch_size` is 512 KiB, always under the topic's `max.message.bytes`."""
    full = publisher.fill([a_record(1000)] * 2000)
    assert 500 <= full.count <= 520
    assert full.built.size() <= BATCH_BYTES == 512 * 1024
    largest = publisher.fill([a_record(MAX_BODY), a_record(MAX_BODY)])
    assert largest.count == 1
    assert BATCH_BYTES < MAX_MESSAGE_BYTES
    await publisher.send(full, topic_of(stand), 0)


async def test_after_one_refused_batch_only_a_fresh_producer_gets_through(stand: Stand, publisher: Publisher) -> None:
    """After one refused batch an idempotent producer answers OutOfOrderSequenceNumber for every later one."""
    await stand.configure("alerts", max_message_bytes="20000")
    assert await publisher.send(publisher.fill([a_record()]), topic_of(stand), 1) == 1
    with pytest.raises(MessageSizeTooLargeError):
        await publisher.send(publisher.fill([a_record(50_000)]), topic_of(stand), 1)
    with pytest.raises(OutOfOrderSequenceNumber):
        await publisher.send(publisher.fill([a_record()]), topic_of(stand), 1)
    await publisher.discard()
    await publisher.open()
    assert await publisher.send(publisher.fill([a_record()]), topic_of(stand), 1) == 2


async def test_a_stamp_over_an_hour_ahead_is_refused_for_the_record(
    stand: Stand, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kafka records are stamped with the time of sending (more than 1 h ahead is refused)."""
    ahead = time.time() + 2 * 3600
    monkeypatch.setattr(time, "time", lambda: ahead)
    batch = publisher.fill([a_record()])
    monkeypatch.undo()
    with pytest.raises(InvalidTimestampError):
        await publisher.send(batch, topic_of(stand), 0)


async def test_a_missing_topic_is_said_within_the_patience(stand: Stand, publisher: Publisher) -> None:
    with pytest.raises(UnknownTopicOrPartitionError):
        await publisher.send(publisher.fill([a_record()]), f"{stand.namespace}.nowhere.v1", 0)


async def test_no_listener_is_said_at_once_and_leaves_nothing_behind(closed_port: str) -> None:
    publisher = Publisher(closed_port, "sla", patience=1.0)
    with pytest.raises(KafkaConnectionError):
        await publisher.open()
    assert (publisher.is_open, publisher.abandoned) == (False, 0)


async def test_a_broker_that_never_answers_is_given_up_after_the_patience(deaf_port: str) -> None:
    """`asyncio.wait_for` around everything: a frozen broker accepts and says nothing."""
    publisher = Publisher(deaf_port, "sla", patience=0.6)
    async with asyncio.timeout(5):
        with pytest.raises((TimeoutError, KafkaError)):
            await publisher.open()
        await publisher.close()
    assert not publisher.is_open


async def cut_off(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    """The way to the broker breaks under a working producer: aiokafka then retries for ever."""
    producer = publisher._producer
    assert producer is not None

    async def broken(*_: object, **__: object) -> None:
        raise KafkaConnectionError("cut")

    monkeypatch.setattr(producer.client, "send", broken)


async def test_a_send_and_a_stop_that_would_hang_end_in_time(
    stand: Stand, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idempotent producer ignores its request timeout while the broker is away, and `stop()` hangs too."""
    await cut_off(publisher, monkeypatch)
    async with asyncio.timeout(6):
        with pytest.raises(TimeoutError):
            await publisher.send(publisher.fill([a_record()]), topic_of(stand), 0)
        await publisher.discard()
        assert not publisher.is_open
        await publisher.close()
    assert publisher.abandoned == 0


async def test_abandoned_producers_are_counted_and_too_many_end_the_process(
    stand: Stand, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Count abandoned producers and exit after a few."""
    let_go = asyncio.Event()
    stop = AIOKafkaProducer.stop

    async def hangs(producer: AIOKafkaProducer) -> None:
        await let_go.wait()
        await stop(producer)

    monkeypatch.setattr(AIOKafkaProducer, "stop", hangs)
    monkeypatch.setattr(publish, "STOP_SECONDS", 0.05)
    for abandoned in range(1, publish.MOST_ABANDONED + 1):
        await publisher.discard()
        assert publisher.abandoned == abandoned
        await publisher.open()
    with pytest.raises(TooManyAbandoned):
        await publisher.discard()
    let_go.set()
    monkeypatch.setattr(publish, "STOP_SECONDS", 5.0)
    async with asyncio.timeout(5):
        while publisher.abandoned:
            await asyncio.sleep(0.02)
