"""Watermarks: never past a fact that is still to come (delivery.md, P9), on real PostgreSQL and Kafka."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from contracts.streams import ALERTS, WATERMARKS
from contracts.watermarks import HELD_NAMED, ShardWatermark, Watermarks
from services.chassis.relay.publish import Publisher
from services.chassis.relay.relay import Relay
from services.chassis.relay.watermark import Look, look
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from tests.chassis.relay.stand import Stand, a_fact, by_hand, leads_of, one_lead_a_shard, read_raw, running, until


async def latest(stand: Stand) -> dict[int, ShardWatermark]:
    """The greatest of each partition, as a reader keeps it."""
    kept: dict[int, ShardWatermark] = {}
    for record in await stand.watermarks():
        for one in record.shards:
            if one.partition not in kept or one.at > kept[one.partition].at:
                kept[one.partition] = one
    return kept


async def looked(stand: Stand, relay: Relay) -> Look:
    async with stand.database.work("system:test") as work:
        return await look(work, relay.owner, relay.leases.held)


async def test_one_record_says_all_shards_of_a_relay_on_a_topic_of_its_own(stand: Stand) -> None:
    """A topic of their own; one record for all its shards: per stream and partition `at`, `offset`, `held`."""
    await stand.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    async with by_hand(stand.relay()) as relay:
        await relay.round()
    (record,) = await read_raw(stand.place.kafka, WATERMARKS.topic(stand.namespace), 1)
    said = Watermarks.model_validate_json(record.value)
    assert (record.key, record.headers, said.service) == (b"sla", (), "sla")
    assert [(one.stream, one.partition, one.offset, one.held) for one in said.shards] == [
        ("alerts", shard, 1, ()) for shard in range(12)
    ]
    assert all(abs((datetime.now(UTC) - one.at).total_seconds()) < 20 for one in said.shards)


async def test_a_record_comes_every_250_ms_while_nothing_happens(stand: Stand) -> None:
    """Every 250 ms a relay sends one record."""
    async with running(stand.relay()):
        await until(lambda: said(stand, 6))
    times = [record.timestamp for record in await read_raw(stand.place.kafka, WATERMARKS.topic(stand.namespace), 1)]
    assert (times[5] - times[1]) / 4 >= 225, "the first came after the ends were asked for"


async def said(stand: Stand, count: int) -> bool:
    return len(await stand.watermarks()) >= count


async def test_no_watermark_passes_the_time_of_an_uncommitted_writer(stand: Stand) -> None:
    """`Work` takes its transaction id before its time, so a writer is visible before it has a time."""
    (lead,) = leads_of(6, 1)
    async with running(stand.relay()):
        async with stand.database.work("system:test") as work:
            at = await work.take_time()
            work.emit(a_fact(lead), is_test=False)
            before = len(await stand.watermarks())
            await until(lambda: said(stand, before + 4))
            assert all(one.at < at for one in (await latest(stand)).values())
        await stand.drained()
        await until(lambda: passed(stand, 6, at))
    assert (await latest(stand))[6].offset == 1


async def passed(stand: Stand, shard: int, at: datetime) -> bool:
    return (await latest(stand))[shard].at > at


async def test_a_reader_without_a_transaction_id_holds_nothing_back(stand: Stand) -> None:
    """Among sessions with a `backend_xid`."""
    async with by_hand(stand.relay()) as relay, stand.database.work("system:test") as work:
        began = await work.read_time()
        await relay.leases.keep()
        assert (await looked(stand, relay)).before > began


async def test_an_unsent_fact_holds_back_its_own_shard_only(stand: Stand) -> None:
    """The oldest unsent row of that stream and shard."""
    (lead,) = leads_of(9, 1)
    await stand.say(a_fact(lead))
    (row,) = await stand.sql("select at from outbox")
    async with by_hand(stand.relay()) as relay:
        await relay.leases.keep()
        seen = await looked(stand, relay)
    assert {place: one.oldest for place, one in seen.unsent.items()} == {("alerts", 9): row["at"]}
    assert seen.before > row["at"]


async def test_the_oldest_unsent_fact_is_by_time_not_by_id(stand: Stand) -> None:
    early, late = leads_of(3, 2)
    await stand.say(a_fact(early), a_fact(late))
    await stand.sql("update outbox set at = at - interval '5 s' where key = $1", late)
    async with by_hand(stand.relay()) as relay:
        await relay.leases.keep()
        seen = await looked(stand, relay)
    (row,) = await stand.sql("select min(at) as at from outbox")
    assert seen.unsent["alerts", 3].oldest == row["at"]


async def test_held_facts_hold_nothing_back_and_their_keys_are_named(stand: Stand) -> None:
    """The oldest unsent row that is not held; `held`: keys with held rows."""
    first, second, free = leads_of(5, 3)
    await stand.say(a_fact(first), a_fact(first, 2), a_fact(second))
    await stand.sql("update outbox set held = true where version = 1")
    await stand.say(a_fact(first, 3), a_fact(free))
    async with by_hand(stand.relay()) as relay:
        await relay.round()
        await asyncio.sleep(0.3)
        await relay.round()
    newest = (await latest(stand))[5]
    (row,) = await stand.sql("select max(at) as at from outbox")
    assert (newest.held, newest.held_more) == (tuple(sorted([first, second])), 0)
    assert (newest.offset, newest.at > row["at"]) == (1, True)
    assert {one.held for shard, one in (await latest(stand)).items() if shard != 5} == {()}


async def test_the_first_hundred_held_keys_are_named_and_the_rest_is_a_number(stand: Stand) -> None:
    """A record stays small however much Kafka refuses (P17)."""
    refused = leads_of(5, HELD_NAMED + 3)
    await stand.say(*(a_fact(lead) for lead in refused), *(a_fact(lead, 2) for lead in refused))
    await stand.sql("update outbox set held = true where version = 1")
    async with by_hand(stand.relay()) as relay:
        await relay.round()
    newest = (await latest(stand))[5]
    assert (len(newest.held), newest.held_more) == (100, 3)
    assert newest.held == tuple(sorted(refused)[:100])


async def test_the_three_times_are_taken_in_their_order(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """T is computed in this order: `baton_now()`; the oldest `xact_start`; then the oldest unsent row."""
    asked: list[str] = []
    for name in ("value", "fetch"):
        ask = getattr(Work, name)

        async def noted(work: Work, sql: str, *args: object, ask=ask) -> object:  # type: ignore[no-untyped-def]
            asked.append(sql)
            return await ask(work, sql, *args)

        monkeypatch.setattr(Work, name, noted)
    async with stand.database.work("system:test") as work:
        await look(work, "me", {})
    assert [next(word for word in ("baton_now", "xact_start", "outbox") if word in sql) for sql in asked] == [
        "baton_now", "xact_start", "outbox",
    ]  # fmt: skip


async def test_a_moved_test_clock_moves_all_three_times(stand: Stand) -> None:
    """Business time: watermarks; a writer's real `xact_start` is told in it."""
    await stand.sql("update test_clock set ahead = '2 days'")
    async with by_hand(stand.relay()) as relay, stand.database.work("system:test") as work:
        at = await work.take_time()
        await relay.leases.keep()
        before = (await looked(stand, relay)).before
    assert timedelta() < at - before < timedelta(seconds=5)
    assert before - datetime.now(UTC) > timedelta(days=1, hours=23)


async def test_a_relay_that_lost_a_lease_says_nothing_about_it(stand: Stand) -> None:
    """Somebody else may have sent: the end in memory would be too low for what the database shows as sent."""
    async with by_hand(stand.relay()) as relay:
        await relay.round()
        await stand.sql("update relay_lease set owner = 'other', term = term + 1 where shard in (0, 1)")
        await stand.sql("update relay_lease set term = term + 2 where shard = 2")
        await asyncio.sleep(0.3)
        relay._next("leases", 60)
        await relay.round()
    assert [one.partition for one in (await stand.watermarks())[-1].shards] == list(range(3, 12))


async def test_the_end_of_a_new_lease_is_asked_from_kafka(stand: Stand) -> None:
    """The partition's end, asked from Kafka when the lease is taken."""
    await stand.say(*(a_fact(lead) for lead in leads_of(8, 7)))
    async with by_hand(stand.relay()) as first:
        await first.round()
    async with by_hand(stand.relay()) as second:
        await second.round()
    assert [one.offset for one in (await stand.watermarks())[-1].shards] == [0] * 8 + [7] + [0] * 3


async def test_an_end_is_known_for_one_term_only(stand: Stand) -> None:
    """Asked from Kafka when the lease is taken: also when it is taken back, for somebody else may have sent."""
    async with by_hand(stand.relay()) as relay:
        await relay.round()
        await stand.sql("update relay_lease set owner = null, until = null")
        async with by_hand(stand.relay()) as other:
            await stand.sql("delete from relay_member")
            await stand.say(*(a_fact(lead) for lead in leads_of(8, 5)))
            await other.round()
        relay._due.clear()
        await relay.round()
    assert [one.offset for one in (await stand.watermarks())[-1].shards] == [0] * 8 + [5] + [0] * 3


async def test_the_end_is_asked_again_when_an_acknowledgement_carries_no_offset(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or an acknowledgement carries no offset."""
    send = Publisher.send

    async def without_offset(publisher: Publisher, batch: object, topic: str, partition: int) -> int | None:
        end = await send(publisher, batch, topic, partition)  # type: ignore[arg-type]
        return None if topic == ALERTS.topic(stand.namespace) else end

    monkeypatch.setattr(Publisher, "send", without_offset)
    async with by_hand(stand.relay()) as relay:
        await relay.round()
        await stand.say(*(a_fact(lead) for lead in leads_of(8, 3)))
        await asyncio.sleep(0.3)
        await relay.round()
    assert (await latest(stand))[8].offset == 3


async def test_the_backlog_is_measured(stand: Stand) -> None:
    """Metrics: oldest unsent age, depth, held."""
    held, free = leads_of(5, 2)
    await stand.say(a_fact(held), a_fact(held, 2), a_fact(free))
    await stand.sql("update outbox set held = key = $1, created = created - interval '90 s'", held)
    with metrics.fresh():
        async with by_hand(stand.relay()) as relay:
            await relay.leases.keep()
            relay._measure(await looked(stand, relay))
        assert metrics.OUTBOX_DEPTH.value(service="sla") == 3
        assert metrics.OUTBOX_HELD.value(service="sla") == 2
        assert 90 <= metrics.OUTBOX_OLDEST.value(service="sla") < 120
