"""The relay as it runs, on real PostgreSQL and Kafka (delivery.md, "The outbox and the relay")."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from contracts.streams import ALERTS, WATERMARKS, Stream
from services.chassis.relay import relay as relay_module
from services.chassis.relay.relay import Relay
from services.chassis.relay.ship import Turn
from services.chassis.telemetry import metrics
from services.chassis.topics import make_topics
from tests.chassis.relay.stand import (
    Stand,
    a_fact,
    by_hand,
    first_appearances,
    leads_of,
    one_lead_a_shard,
    running,
    shards_of,
    until,
)


async def test_every_committed_fact_is_on_kafka_under_its_own_id(stand: Stand) -> None:
    """P3: every committed change is on Kafka under one event id, and nothing is that was not committed."""
    await stand.say(*(a_fact() for _ in range(40)))
    with pytest.raises(RuntimeError, match="no"):
        async with stand.database.work("system:test") as work:
            work.emit(a_fact(), is_test=False)
            raise RuntimeError("no")
    async with running(stand.relay()):
        await stand.drained()
    written = {str(row["fact"]) for row in await stand.sql("select fact from outbox")}
    assert len(written) == 40
    assert {str(one.head.id) for one in await stand.heard("alerts")} == written


async def test_a_record_has_its_keys_partition_the_time_of_sending_and_the_facts_own_time(stand: Stand) -> None:
    """Kafka records are stamped with the time of sending; `ce_time` carries the fact's time."""
    (lead,) = leads_of(10, 1)
    await stand.sql("update test_clock set ahead = '3 days'")
    await stand.say(a_fact(lead))
    async with running(stand.relay()):
        await stand.drained()
    (one,) = await stand.heard("alerts")
    (row,) = await stand.sql("select at, extract(epoch from sent_at)::float8 as sent from outbox")
    assert (one.partition, one.key) == (10, lead.encode())
    assert one.head.time == row["at"]
    assert abs(one.stamp / 1000 - row["sent"]) < 5


async def test_a_stray_cancellation_of_a_client_is_a_round_that_failed(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, rounds = stand.relay(), [0]
    really = relay.shipping.turn

    async def lets_one_out(streams: Mapping[str, Stream]) -> Turn:
        rounds[0] += 1
        if rounds[0] == 1:
            raise asyncio.CancelledError
        return await really(streams)

    monkeypatch.setattr(relay.shipping, "turn", lets_one_out)
    await stand.say(a_fact())
    async with running(relay):
        await stand.drained()
    assert rounds[0] > 1


async def test_leaving_gives_the_shards_to_the_others_without_waiting(stand: Stand) -> None:
    """On SIGTERM nobody has to wait for a lease to run out."""
    leaving, staying = stand.relay(lease_seconds=5), stand.relay(lease_seconds=5)
    async with running(staying):
        async with running(leaving):
            await until(lambda: shared(leaving, staying), 8)
        await stand.say(*(a_fact(lead) for lead in one_lead_a_shard()))
        await stand.drained(4)  # less than a lease
    assert {len(one) for one in first_appearances(await stand.heard("alerts")).values()} == {1}


async def test_what_was_written_just_before_the_end_is_sent(stand: Stand) -> None:
    """SIGTERM ends the relay last: what the other roles wrote while they ended goes out."""
    relay, stop = stand.relay(), asyncio.Event()
    task = asyncio.create_task(relay.run(stop))
    await until(lambda: is_slow(relay))
    await stand.say(a_fact())
    stop.set()
    await task
    assert await stand.unsent() == 0


async def shared(*relays: Relay) -> bool:
    return sorted(map(len, shards_of(relays))) == [6, 6]


async def test_while_kafka_is_away_nothing_is_lost_and_no_attempt_counted(stand: Stand, closed_port: str) -> None:
    """Retriable: start from the first unsent row; no attempt is counted. A dependency that is away pauses the role."""
    await stand.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    before = await stand.sql("select * from outbox order by id")
    relay = stand.relay(kafka=closed_port, patience=0.5)
    async with running(relay):
        await until(lambda: failed(relay, 4))
        assert not relay.ready
        assert relay.progress.busy
    assert await stand.sql("select * from outbox order by id") == before
    async with running(stand.relay()):
        await stand.drained()
    assert len(await stand.heard("alerts")) == 12


async def failed(relay: Relay, times: int) -> bool:
    return relay._failures >= times


async def test_it_starts_only_when_every_topic_is_right(stand: Stand) -> None:
    """It starts only when every topic exists as `streams.py` says."""
    await stand.say(a_fact())
    stand.namespace += "-later"
    relay = stand.relay()
    async with running(relay):
        await until(lambda: failed(relay, 3))
        assert (await stand.unsent(), dict(relay.leases.held)) == (1, {})
        odd = replace(ALERTS, kept=timedelta(days=3))
        await make_topics(stand.place.kafka, stand.namespace, streams=[odd, WATERMARKS])
        seen = relay._failures
        await until(lambda: failed(relay, seen + 2))
        assert await stand.unsent() == 1
        await stand.configure("alerts")
        await stand.drained()
    assert relay.ready


async def test_a_commit_in_the_same_process_wakes_it(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wakes on an in-process event when the writer is in the same process."""
    monkeypatch.setattr(relay_module, "next_pause", lambda *_, **__: 60.0)
    relay = stand.relay()
    async with running(relay):
        await until(lambda: sleeps(relay))
        await stand.say(a_fact())
        await stand.drained(10)
        stand.database.written.set()


async def sleeps(relay: Relay) -> bool:
    return relay.ready and relay._pause == 60.0


async def test_a_writer_in_another_process_is_found_by_polling(stand: Stand) -> None:
    """Else polls 5-50 ms, adaptively."""
    relay = stand.relay()
    async with running(relay):
        await until(lambda: is_slow(relay))
        await stand.sql(
            "insert into outbox (shard, stream, key, version, type, at, headers, body)"
            " values (0, 'alerts', $1, 1, 'baton.DeadlineWarned.v1', baton_now(), $2, '{}')",
            leads_of(0, 1)[0],
            '{"source":"/sla","correlation":"0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d","causation":null,"actor":"system:sla",'
            '"is_test":false,"ignorable":false,"traceparent":null}',
        )
        await stand.drained()
    assert len(await stand.heard("alerts")) == 1


async def is_slow(relay: Relay) -> bool:
    return relay._pause == 0.05


async def statements(stand: Stand, relay: Relay, *leads: str) -> int:
    """Sent by one round that has something to send; leases and watermarks are not due in it."""
    await stand.say(*map(a_fact, leads))
    relay._next("leases", 60)
    relay._next("watermark", 60)
    before = metrics.STATEMENTS.value(service="sla")
    turn = await relay.round()
    assert turn.sent == len(leads)
    return int(metrics.STATEMENTS.value(service="sla") - before)


async def test_statements_of_a_round_do_not_grow_with_shards_nor_rows(stand: Stand) -> None:
    """One poll statement for all its shards, a transaction of itself; then begin, mark."""
    async with by_hand(stand.relay(lease_seconds=60)) as relay:
        await relay.round()
        counts = [
            await statements(stand, relay, *leads_of(0, 1)),
            await statements(stand, relay, *one_lead_a_shard()),
            await statements(stand, relay, *(one_lead_a_shard() * 25)),
        ]
    assert counts == [3, 3, 3]


async def test_progress_tells_work_from_rest(stand: Stand) -> None:
    """Work and no progress is what the watchdog acts on (P13)."""
    async with by_hand(stand.relay()) as relay:
        started = relay.progress.at
        await relay._got_on()
        assert (relay.progress.busy, relay.progress.at > started) == (False, True)
        rested = relay.progress.at
        relay._kafka = relay.publisher._kafka = "127.0.0.1:1"
        await relay.publisher.discard()
        await stand.say(a_fact())
        await relay._got_on()
        assert (relay.progress.busy, relay.progress.at) == (True, rested)
