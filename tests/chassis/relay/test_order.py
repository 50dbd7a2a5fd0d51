"""Order and repeats under concurrency, kills, freezes and a failing Kafka (P3, P4; delivery.md)."""

import asyncio
import random
import signal
import sys
from collections.abc import Mapping, Sequence
from uuid import uuid4

import pytest

from services.chassis.relay import ship
from services.chassis.relay.lease import Lease
from services.chassis.relay.mark import mark_sent
from services.chassis.relay.poll import Lot, Row, poll
from services.chassis.relay.publish import Publisher
from services.chassis.work import Work
from tests.chassis.relay.crashing import POINTS
from tests.chassis.relay.stand import Heard, Stand, a_fact, by_hand, first_appearances, one_lead_a_shard, running
from tests.chassis.relay.unreliable import UnreliableKafka


async def test_two_thousand_keys_with_concurrent_writers_and_two_relays(stand: Stand) -> None:
    """P4: first appearances of a key's facts carry versions 1, 2, 3, ...; and no watermark ever passes one of them."""
    dice = random.Random(7)
    leads = [str(uuid4()) for _ in range(2000)]
    said = dict.fromkeys(leads, 0)

    async def write() -> None:
        for _ in range(16):
            chosen = [dice.choice(leads) for _ in range(20)] + dice.sample(leads, 60)
            for lead in chosen:
                said[lead] += 1
            await stand.say(*map(a_fact, chosen))

    relays = [stand.relay(), stand.relay()]
    async with running(*relays):
        await asyncio.gather(*(write() for _ in range(8)))
        await stand.drained(40)
        assert all(relay.leases.held for relay in relays)
    heard = await stand.heard("alerts")
    assert sum(said.values()) == 8 * 16 * 80
    assert first_appearances(heard) == {lead: list(range(1, count + 1)) for lead, count in said.items() if count}
    assert await passed_facts(stand, heard) == []


async def test_first_appearances_keep_their_order_while_kafka_fails_at_random(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timed-out send is unknown: it did not arrive, it arrived, or it arrives after its repetition."""
    kafka = UnreliableKafka(stand, random.Random(11))
    monkeypatch.setattr(Publisher, "send", kafka.send)
    leads = [str(uuid4()) for _ in range(100)]
    rounds = 0
    async with running(stand.relay(), stand.relay()):
        while rounds < 12 or (rounds < 100 and (kafka.unheard < 4 or len(kafka.late) < 4)):
            rounds += 1
            await stand.say(*map(a_fact, leads))
            await asyncio.sleep(0.05)
        await stand.drained(40)
        await asyncio.gather(*kafka.late)
    heard = await stand.heard("alerts")
    assert kafka.unheard > 3
    assert len(kafka.late) > 3
    assert first_appearances(heard) == {lead: list(range(1, rounds + 1)) for lead in leads}
    assert await passed_facts(stand, heard) == []


async def passed_facts(stand: Stand, heard: Sequence[Heard]) -> list[tuple[int, int]]:
    """(partition, offset) of facts earlier than a watermark whose offset does not include them."""
    firsts: dict[tuple[str, int], Heard] = {}
    for one in heard:
        firsts.setdefault((one.head.key, one.head.version), one)
    marks = [one for record in await stand.watermarks() for one in record.shards]
    assert len(marks) > 24
    return [
        (fact.partition, fact.offset)
        for mark in marks
        for fact in firsts.values()
        if fact.partition == mark.partition and fact.head.time < mark.at and fact.offset >= mark.offset
    ]


@pytest.mark.parametrize("point", POINTS)
async def test_a_relay_killed_between_send_and_mark_leaves_repeats_only(stand: Stand, point: str) -> None:
    """Crash after publish, before mark: event id and version are fixed at write; inside mark: the same."""
    await stand.say(*(a_fact(lead) for lead in one_lead_a_shard() * 3))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.chassis.relay.crashing",
        point, stand.place.kafka, stand.namespace, stand.place.url("sla"),
    )  # fmt: skip
    assert await process.wait() == -signal.SIGKILL
    assert await stand.unsent() == 36
    assert len(await stand.heard("alerts")) == 36
    async with running(stand.relay(lease_seconds=1.0)):
        await stand.drained()
    heard = await stand.heard("alerts")
    assert len(heard) == 72
    assert len({one.head for one in heard}) == 36
    assert set(map(tuple, first_appearances(heard).values())) == {(1, 2, 3)}


async def test_a_relay_frozen_past_its_lease_marks_nothing(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Marking checks the term; what a late relay had in flight is only a repeat."""
    await stand.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    frozen, heir = stand.relay(lease_seconds=0.4), stand.relay(lease_seconds=1.0)
    answers: list[dict[int, int]] = []

    async def after_the_heir(work: Work, owner: str, rows: Sequence[Row], blank: Sequence[str]) -> dict[int, int]:
        if owner == frozen.owner:
            await asyncio.sleep(1.1)
            monkeypatch.undo()
            await heir.round()
            answers.append(await mark_sent(work, owner, rows, blank))
            return answers[0]
        return await mark_sent(work, owner, rows, blank)

    async with by_hand(frozen), by_hand(heir):
        monkeypatch.setattr(ship, "mark_sent", after_the_heir)
        await frozen.round()
        assert (answers, frozen.leases.held) == ([{}], {})
        assert await stand.unsent() == 0
    heard = await stand.heard("alerts")
    assert (len(heard), len({one.head for one in heard})) == (24, 12)


async def test_a_relay_that_stood_still_since_its_poll_sends_nothing(stand: Stand) -> None:
    """A frozen owner: its lease ran out by its own clock, too."""
    await stand.say(a_fact())
    async with by_hand(stand.relay(lease_seconds=30)) as relay:
        await relay.leases.keep()

        async def and_freeze(
            work: Work, owner: str, leases: Mapping[int, Lease], streams: Sequence[str]
        ) -> Sequence[Lot]:
            lots = await poll(work, owner, leases, streams)
            relay.leases._held = {}
            return lots

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(ship, "poll", and_freeze)
            await relay.shipping.turn(relay._streams)
    assert await stand.heard("alerts") == []
    assert await stand.unsent() == 1
