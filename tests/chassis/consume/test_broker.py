"""The framework's side: settings that lose nothing, nothing escapes to it, Kafka away (delivery.md, "verified")."""

import asyncio
import json
import logging
import socket
import time
from collections.abc import Iterable, Iterator

import pytest
from aiokafka import AIOKafkaConsumer
from faststream.kafka.subscriber.usecase import BatchSubscriber
from faststream.middlewares import AckPolicy

from contracts.streams import LEADS, STREAMS
from services.chassis.consume import reader as reader_module
from services.chassis.consume.kafka import ends_of
from services.chassis.consume.reader import STUCK_AFTER, Reader
from services.chassis.consume.readers import Readers
from services.chassis.service import Reads
from tests.chassis.consume.pages import pages
from tests.chassis.consume.stand import Room, Stand, a_fact, lead, running, until

READS = [(stream, service) for stream in STREAMS.values() for service in stream.read_by]


@pytest.fixture
def closed_port() -> Iterator[str]:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{reserved.getsockname()[1]}"


@pytest.fixture
def deaf_port() -> Iterator[str]:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(16)
        yield f"127.0.0.1:{deaf.getsockname()[1]}"


async def test_every_subscriber_of_every_service_has_the_settings_that_lose_nothing(stand: Stand) -> None:
    """Manual acknowledgement, no auto commit, earliest, a listener, our parser and decoder, one batch subscriber."""
    readers = Readers(stand.database, [Reads(s, ()) for s in STREAMS.values()], kafka=stand.kafka, namespace="baton")
    assert len(readers.readers) == len(STREAMS)
    for reader in readers.readers:
        broker, subscriber = reader.broker()
        assert broker.subscribers == [subscriber]
        assert isinstance(subscriber, BatchSubscriber)
        assert subscriber.ack_policy is AckPolicy.MANUAL
        assert subscriber.group_id == f"baton.proof.{reader.stream.name}"
        assert subscriber.topic_names_for_subscribe == [f"baton.{reader.stream.name}.v1"]
        assert subscriber._listener is not None
        assert None not in (subscriber._call_options.parser, subscriber._call_options.decoder)
        told = subscriber._connection_args
        assert (told["enable_auto_commit"], told["auto_offset_reset"]) == (False, "earliest")
        assert 30_000 <= told["session_timeout_ms"] <= 45_000
        assert (subscriber.max_records, subscriber.batch_timeout_ms) == (500, 5)
        assert broker.config.broker_config.consumer_only
        assert not broker.config.broker_config.allow_auto_create_topics


async def test_a_fault_of_ours_in_taking_a_poll_pages_and_loses_nothing(
    stand: Stand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No exception ever escapes to the framework; the poll it would have swallowed is sought again."""
    reader = stand.reader(Room())
    taken = reader._polls.take

    async def fail_once(*args: object) -> None:
        monkeypatch.setattr(reader._polls, "take", taken)
        raise RuntimeError("secret")

    monkeypatch.setattr(reader._polls, "take", fail_once)
    await stand.say([a_fact(lead(1), 1)])
    async with running(reader):
        await until(lambda: _paged(caplog))
        await stand.say([a_fact(lead(2), 1)])
        await stand.read_to(2)
    assert sorted(await stand.tally()) == [lead(1), lead(2)]
    assert "secret" not in caplog.text


async def test_nothing_of_a_payload_is_printed(stand: Stand, caplog: pytest.LogCaptureFixture) -> None:
    """The framework's and the client's own lines print payloads of failing messages; ours never do."""
    caplog.set_level(logging.DEBUG, logger="baton.consume")
    room = Room(poison={(lead(1), 1)})
    await stand.say([a_fact(lead(1), 1).adding(mood="canary-7"), a_fact(lead(2), 1).with_body(b"canary-7")])
    async with running(stand.reader(room)):
        await stand.read_to(2)
    assert len(await stand.parked()) == 2
    assert "canary-7" not in caplog.text
    assert all(json.loads(str(line.msg)) for line in caplog.records if line.name == "baton.consume")


async def test_a_stuck_member_is_made_anew(stand: Stand) -> None:
    """A member can stay silently stuck: unread records, an answering Kafka and no poll; it connects anew."""
    reader = Reader(stand.database, Room().reads(), kafka=stand.kafka, namespace=stand.namespace, stuck_after=1.0)
    async with running(reader):
        await until(lambda: _owns(reader))
        stuck = reader._consumer
        assert stuck is not None
        stuck.pause(*stuck.assignment())
        await stand.say([a_fact(lead(1), 1)])
        await stand.read_to(1)
        assert reader._consumer is not stuck
    assert await stand.tally() == {lead(1): [1]}


async def test_a_kafka_that_has_just_come_back_makes_no_member_stuck(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its time begins again: a client that waited for Kafka goes on by itself, a new one would have to join."""
    away, stuck_after = True, 3.0

    async def answers(consumer: AIOKafkaConsumer, topic: str, partitions: Iterable[int]) -> dict[int, int]:
        if away:
            raise TimeoutError
        return await ends_of(consumer, topic, partitions)

    monkeypatch.setattr(reader_module, "ends_of", answers)
    monkeypatch.setattr(reader_module, "_LOOK_EVERY", 0.3)
    reader = Reader(
        stand.database, Room().reads(), kafka=stand.kafka, namespace=stand.namespace, stuck_after=stuck_after
    )
    async with running(reader):
        await until(lambda: _owns(reader))
        member = reader._consumer
        assert member is not None
        member.pause(*member.assignment())
        await stand.say([a_fact(lead(1), 1)])
        await asyncio.sleep(2 * stuck_after)
        away, back = False, time.monotonic()
        while reader._consumer is member:
            await asyncio.sleep(0.05)
        assert stuck_after - 0.5 < time.monotonic() - back < 4 * stuck_after


async def test_a_client_whose_fetching_has_ended_is_made_anew_at_once(stand: Stand) -> None:
    """aiokafka's routine can end by an error of its own; the consumer then says for ever that nothing has come."""
    reader = stand.reader(Room())
    async with running(reader):
        await until(lambda: _owns(reader))
        assert reader._consumer is not None
        reader._consumer._fetcher._fetch_task.cancel()
        async with asyncio.timeout(STUCK_AFTER / 2):
            for version in (1, 2):  # what is under way still brings the first
                await stand.say([a_fact(lead(1), version)])
                await stand.read_to(version)
    assert await stand.tally() == {lead(1): [1, 2]}


@pytest.mark.parametrize("port", ["closed_port", "deaf_port"])
async def test_a_reader_waits_for_kafka_and_still_stops(
    stand: Stand, port: str, request: pytest.FixtureRequest
) -> None:
    """start() raises when Kafka is down: tried again for ever, unready, not dead. P14: it stops in time."""
    reads = [Room().reads()]
    readers = Readers(stand.database, reads, kafka=request.getfixturevalue(port), namespace=stand.namespace)
    stop = asyncio.Event()
    task = asyncio.create_task(readers.run(stop))
    await asyncio.sleep(1.5)
    assert not task.done()
    assert not readers.connected
    stop.set()
    async with asyncio.timeout(15):
        await task


async def _owns(reader: Reader) -> bool:
    return len(reader.at) == LEADS.partitions


async def _paged(caplog: pytest.LogCaptureFixture) -> bool:
    return bool(pages(caplog, "a poll could not be taken"))
