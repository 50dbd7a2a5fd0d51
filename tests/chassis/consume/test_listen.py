"""Watermarks heard, and how long nothing has moved (delivery.md, "Watermarks", "Business time and timers")."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiokafka import AIOKafkaConsumer

from contracts.streams import LEADS, WATERMARKS
from contracts.watermarks import ShardWatermark, Watermarks
from services.chassis.consume import listen
from services.chassis.consume.heard_rows import Heard, counted, hears
from services.chassis.consume.kafka import plain_consumer
from services.chassis.consume.listen import Listener
from services.chassis.consume.reader import Reader
from tests.chassis.consume.stand import Raw, Room, Stand, a_fact, lead, running, until

NINE = datetime(2026, 3, 2, 9, tzinfo=UTC)


def said(
    second: int,
    offset: int,
    *,
    service: str = "routing",
    stream: str = "leads",
    held: Sequence[str] = (),
    more: int = 0,
) -> bytes:
    at = NINE + timedelta(seconds=second)
    shard = ShardWatermark(stream=stream, partition=0, at=at, offset=offset, held=tuple(held), held_more=more)
    return Watermarks(service=service, shards=(shard,)).model_dump_json().encode()


def listener(stand: Stand, reader: Reader) -> Listener:
    return Listener(stand.database, [reader], kafka=stand.kafka, namespace=stand.namespace)


async def heard(stand: Stand) -> Heard:
    async with stand.database.work("system:test") as work:
        return (await counted(work, "leads"))[0]


async def test_an_entry_counts_once_the_position_has_reached_its_offset(stand: Stand) -> None:
    """An entry counts once this reader's own `position` has reached its offset; the greatest wins."""
    reader = stand.reader(Room())
    ears = listener(stand, reader)
    await stand.say([a_fact(lead(1), 1)])
    async with running(reader):
        await stand.read_to(1)
        for record in (said(1, 1), said(0, 1), said(9, 1, service="intake"), b"no watermark"):
            ears.hear(record)
            await ears.write()
        assert (await heard(stand)).at == NINE + timedelta(seconds=1)
        ears.hear(said(5, 2))
        await ears.write()
        assert (await heard(stand)).at == NINE + timedelta(seconds=1)
        await stand.say([a_fact(lead(1), 2)])
        await stand.read_to(2)
        ears.hear(said(6, 3))
        await ears.write()
        assert (await heard(stand)).at == NINE + timedelta(seconds=5)  # the one kept pending


async def test_held_keys_are_kept_by_name_and_count_with_their_entry(stand: Stand) -> None:
    """Whoever waits for a watermark knows whom it does not speak for, also of one that was kept pending."""
    reader = stand.reader(Room())
    ears = listener(stand, reader)
    async with running(reader):
        await until(lambda: _owns(reader))
        ears.hear(said(1, 0, held=["a", "b"], more=3))
        await ears.write()
        ears.hear(said(2, 1, held=["b"]))
        await ears.write()
        before = await heard(stand)
        assert (before.held, before.held_more, before.held_count) == (("a", "b"), 3, 5)
        await stand.say([a_fact(lead(1), 1)])
        await stand.read_to(1)
        ears.hear(said(3, 9))
        await ears.write()
    async with stand.database.work("system:test") as work:
        after = (await hears(work, "leads"))[0]
    assert (after.at, after.held, after.held_more) == (NINE + timedelta(seconds=2), ("b",), 0)


async def test_it_is_heard_from_kafka_and_moves(stand: Stand) -> None:
    """A loop reads the watermarks topic and stores what counts, with the real time of its last movement."""
    await stand.make_topic(WATERMARKS)
    reader = stand.reader(Room())
    ears, stop = listener(stand, reader), asyncio.Event()
    async with running(reader):
        task = asyncio.create_task(ears.run(stop))
        async with asyncio.timeout(20):
            while not await _stands(stand, ears) or (now := await heard(stand)).at is None:
                await stand.say([Raw("routing", [], said(1, 0))], WATERMARKS)
        stop.set()
        await task
    assert now.at == NINE + timedelta(seconds=1)
    assert now.moved_at is not None
    assert now.moved_at > datetime.now(UTC) - timedelta(seconds=30)  # real time, not the watermark's


async def test_ears_whose_client_has_stopped_fetching_hear_again(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else nothing is complete from then on, and no deadline is ever missed: aiokafka says only that nothing came."""
    await stand.make_topic(WATERMARKS)
    clients: list[AIOKafkaConsumer] = []

    @asynccontextmanager
    async def noted(kafka: str) -> AsyncIterator[AIOKafkaConsumer]:
        async with plain_consumer(kafka) as client:
            clients.append(client)
            yield client

    monkeypatch.setattr(listen, "plain_consumer", noted)
    reader = stand.reader(Room())
    ears, stop = listener(stand, reader), asyncio.Event()
    async with running(reader), asyncio.timeout(30):
        task = asyncio.create_task(ears.run(stop))
        while not await _stands(stand, ears) or (await heard(stand)).at is None:
            await stand.say([Raw("routing", [], said(1, 0))], WATERMARKS)
        clients[0]._fetcher._fetch_task.cancel()
        while (await heard(stand)).at != NINE + timedelta(seconds=5):
            await stand.say([Raw("routing", [], said(5, 0))], WATERMARKS)
            await asyncio.sleep(0.05)
        stop.set()
        await task
    assert len(clients) == 2


async def test_standing_still_is_counted_from_arrival_movement_or_unread_records(stand: Stand) -> None:
    """The latest of: first arrival at the partition's end since the start, last movement, last unread records."""
    room = Room()
    reader = stand.reader(room)
    ears = listener(stand, reader)
    assert (await _beaten(stand, ears, reader)) is None
    async with running(reader):
        await until(lambda: _stands(stand, ears))
        arrived = (await heard(stand)).still_since
        assert arrived is not None
        await stand.say([a_fact(lead(1), 1)])
        await stand.read_to(1)
        assert await _beaten(stand, ears, reader) is None  # it had unread records just now
        await until(lambda: _stands(stand, ears))
        unread = (await heard(stand)).still_since
        assert unread is not None
        assert unread > arrived
    async with stand.database.work("system:test") as work:
        assert (await hears(work, "leads"))[0].still_since == unread


@pytest.mark.parametrize(
    "trouble",
    [
        "update heard set arrived_at = null",
        "update heard set unread_at = seen_at",
        "update heard set seen_at = seen_at - interval '31 seconds', unread_at = unread_at - interval '1 hour'",
        "update reader set state = 'paused'",
    ],
    ids=["starting", "behind", "gone", "paused"],
)
async def test_a_reader_that_is_starting_behind_gone_or_paused_holds_its_timers(stand: Stand, trouble: str) -> None:
    """A reader that is starting, behind or paused holds its timers: nothing is said to stand still."""
    reader = stand.reader(Room())
    ears = listener(stand, reader)
    async with running(reader):
        await until(lambda: _stands(stand, ears))
    await stand.rows(trouble)
    assert (await heard(stand)).still_since is None


async def test_a_restarted_reader_has_to_arrive_again(stand: Stand) -> None:
    """First arrival *since its start*: the times of an earlier life do not count."""
    for _ in range(2):
        reader = stand.reader(Room())
        async with running(reader):
            await until(lambda r=reader: _owns(r))  # type: ignore[misc]
            assert (await heard(stand)).still_since is None
            await until(lambda r=reader: _stands(stand, listener(stand, r)))  # type: ignore[misc]


async def _owns(reader: Reader) -> bool:
    return len(reader.at) == LEADS.partitions


async def _beaten(stand: Stand, ears: Listener, reader: Reader) -> datetime | None:
    ears._beat_at = 0.0
    await ears.write()
    return (await heard(stand)).still_since if reader.at else None


async def _stands(stand: Stand, ears: Listener) -> bool:
    ears._beat_at = 0.0
    await ears.write()
    rows = await stand.rows("select 1 from heard where partition = 0")
    return bool(rows) and (await heard(stand)).still_since is not None
