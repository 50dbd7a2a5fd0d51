"""What a failed batch does, and to whom (delivery.md, "The outbox and the relay"), on real Kafka."""

import asyncio
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import NotEnoughReplicasError

from contracts.network.facts import SponsorDefined, StudyDefined, StudySite
from contracts.referrals.facts import ReferralRefused
from contracts.streams import ALERTS, NETWORK, REFERRALS, partition_of
from contracts.vocabulary import Priority, Recruiting, Refusal
from services.chassis.relay import relay as relay_module
from services.chassis.relay.mark import resend
from services.chassis.relay.publish import Batch, Publisher
from services.chassis.relay.relay import Relay
from services.chassis.telemetry import metrics
from services.chassis.topics import make_topics
from tests.chassis.relay.conftest import Stands
from tests.chassis.relay.stand import Stand, a_fact, by_hand, first_appearances, leads_of, running, until


def a_study(study: str, sites: int = 1) -> StudyDefined:
    """About 45 bytes a site."""
    runs = tuple(StudySite(site=f"site-{n:04}", recruiting=Recruiting.RECRUITING) for n in range(sites))
    return StudyDefined(
        study=study, code="AL-1", sponsor="birch", policy="usual", priority=Priority.ROUTINE,
        recruiting=Recruiting.RECRUITING, sites=runs,
    )  # fmt: skip


def sponsors(count: int) -> list[SponsorDefined]:
    return [SponsorDefined(sponsor=f"s-{uuid4().hex[:12]}", name="Birch") for _ in range(count)]


def refusals(count: int) -> list[ReferralRefused]:
    return [
        ReferralRefused(referral=str(uuid4()), partner="openhand", reason=Refusal.ROUTE_UNKNOWN) for _ in range(count)
    ]


async def rounds(relay: Relay, count: int) -> None:
    """Rounds as `run` makes them, without waiting."""
    for _ in range(count):
        await relay._got_on()


async def held_keys(stand: Stand) -> set[str]:
    return {row["key"] for row in await stand.sql("select key from outbox where held")}


async def test_one_refused_fact_is_found_its_key_held_and_the_shard_goes_on(stand_of: Stands) -> None:
    """Halve the batch until one record is refused alone; hold that key's rows, page, the shard goes on."""
    intake = await stand_of("intake")
    shard = partition_of("study/alder")
    neighbours = [one for one in sponsors(600) if partition_of(one.key()) == shard]
    facts = [*neighbours[:20], a_study("alder"), a_study("alder", 4000), a_study("alder"), *neighbours[20:]]
    async with running(limited := intake.relay()):
        await tighten(intake, limited)
        await intake.say(*facts)
        await until(lambda: found(intake, {"study/alder"}))
        await until(lambda: left(intake, 2))
        await intake.say(a_study("alder"), *sponsors(3))
        await until(lambda: left(intake, 3))
    versions = first_appearances(await intake.heard("network"))
    assert versions.pop("study/alder") == [1]
    assert versions.keys() >= {one.key() for one in neighbours}
    assert set(map(tuple, versions.values())) == {(1,)}


async def tighten(intake: Stand, relay: Relay) -> None:
    """A relay starts only on topics as they must be; then Kafka begins to refuse what is over 100 kB."""
    await until(lambda: is_ready(relay))
    await intake.configure("network", max_message_bytes="100000")


async def found(stand: Stand, keys: set[str]) -> bool:
    return await held_keys(stand) == keys


async def left(stand: Stand, count: int) -> bool:
    return await stand.unsent() == count


async def test_a_mended_key_ends_where_it_would_have(stand_of: Stands) -> None:
    """After repair the key's facts follow in order (P7), by `baton outbox resend`."""
    intake = await stand_of("intake")
    async with running(limited := intake.relay()):
        await tighten(intake, limited)
        await intake.say(a_study("alder"), a_study("alder", 4000), a_study("alder"))
        await until(lambda: found(intake, {"study/alder"}))
        await intake.configure("network")
        async with intake.database.work("system:test") as work:
            await resend(work, NETWORK, "study/alder", 2)
        await intake.drained()
    assert first_appearances(await intake.heard("network")) == {"study/alder": [1, 2, 3]}


async def test_a_refused_first_batch_lets_no_later_one_past(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on Kafka is always a prefix; the next batch only after the acknowledgement; no attempt is counted."""
    (lead,) = leads_of(4, 1)
    await stand.say(*(a_fact(lead, n + 1) for n in range(1200)))
    send = Publisher.send
    seen: list[int] = []

    async def refused_now_and_then(publisher: Publisher, batch: Batch, topic: str, partition: int) -> int | None:
        if topic == ALERTS.topic(stand.namespace):
            seen.append(batch.count)
            if len(seen) in (1, 3, 4):
                raise NotEnoughReplicasError
        return await send(publisher, batch, topic, partition)

    monkeypatch.setattr(Publisher, "send", refused_now_and_then)
    async with running(stand.relay()):
        await stand.drained()
    assert [one.head.version for one in await stand.heard("alerts")] == list(range(1, 1201))
    assert await held_keys(stand) == set()


async def test_a_batch_whose_fate_is_unknown_comes_again_from_the_first_unsent_row(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timed-out send is unknown: it may have arrived, then it is a repeat."""
    (lead,) = leads_of(4, 1)
    await stand.say(*(a_fact(lead, n + 1) for n in range(5)))
    send = Publisher.send
    lost: list[int | None] = []

    async def unheard_once(publisher: Publisher, batch: Batch, topic: str, partition: int) -> int | None:
        answer = await send(publisher, batch, topic, partition)
        if topic == ALERTS.topic(stand.namespace) and not lost:
            lost.append(answer)
            raise TimeoutError
        return answer

    monkeypatch.setattr(Publisher, "send", unheard_once)
    async with running(stand.relay()):
        await stand.drained()
    heard = await stand.heard("alerts")
    assert [one.head.version for one in heard] == [1, 2, 3, 4, 5] * 2
    assert [one.head for one in heard[:5]] == [one.head for one in heard[5:]]


async def test_a_shard_that_fails_pauses_alone(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Retriable: pause the shard."""
    stuck, free = leads_of(1, 1)[0], leads_of(2, 1)[0]
    send = Publisher.send

    async def one_partition_fails(publisher: Publisher, batch: Batch, topic: str, partition: int) -> int | None:
        if topic == ALERTS.topic(stand.namespace) and partition == 1:
            raise NotEnoughReplicasError
        return await send(publisher, batch, topic, partition)

    monkeypatch.setattr(Publisher, "send", one_partition_fails)
    async with by_hand(stand.relay()) as relay:
        for n in range(3):
            await stand.say(a_fact(stuck, n + 1), a_fact(free, n + 1))
            await rounds(relay, 2)
        assert relay.progress.busy
    assert first_appearances(await stand.heard("alerts")) == {free: [1, 2, 3]}
    assert {row["key"] for row in await stand.sql("select key from outbox where sent_at is null")} == {stuck}


async def test_a_failed_batch_throws_the_producer_away(stand: Stand, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any failed or timed-out batch: throw the producer away."""
    async with by_hand(stand.relay()) as relay:
        await stand.say(a_fact())
        await rounds(relay, 1)
        first = relay.publisher._producer
        await stand.say(a_fact())
        await rounds(relay, 1)
        assert relay.publisher._producer is first

        async def fails(*_: object) -> int | None:
            raise TimeoutError

        with monkeypatch.context() as patched:
            patched.setattr(Publisher, "send", fails)
            await stand.say(a_fact())
            await rounds(relay, 1)
        assert relay.publisher._producer is None
        await asyncio.sleep(0.15)
        await rounds(relay, 1)
        assert await stand.unsent() == 0


async def test_a_topic_that_is_gone_stops_its_stream_only(stand_of: Stands, monkeypatch: pytest.MonkeyPatch) -> None:
    """Permanent for a topic: hold that stream only."""
    monkeypatch.setattr(relay_module, "LOOK_AGAIN", 0.5)
    intake = await stand_of("intake")
    async with running(relay := intake.relay(patience=2.0)):
        await until(lambda: is_ready(relay))
        admin = AIOKafkaAdminClient(bootstrap_servers=intake.place.kafka)
        await admin.start()
        await admin.delete_topics([REFERRALS.topic(intake.namespace)])
        await admin.close()
        await intake.say(*sponsors(20), *refusals(10))
        await until(lambda: left(intake, 10), 30)
        await until(lambda: is_shut(relay), 30)
        await intake.say(*sponsors(5))
        await until(lambda: left(intake, 10))
        await make_topics(intake.place.kafka, intake.namespace, streams=[REFERRALS])
        await intake.drained()
    assert len(await intake.heard("referrals")) == 10


async def is_ready(relay: Relay) -> bool:
    return relay.ready


async def is_shut(relay: Relay) -> bool:
    return relay.shipping.shut == {"referrals"}


async def test_what_was_sent_is_counted(stand: Stand) -> None:
    """Metrics: batches and records."""
    with metrics.fresh():
        await stand.say(*(a_fact(lead) for lead in leads_of(3, 4)))
        async with by_hand(stand.relay()) as relay:
            await rounds(relay, 1)
        assert metrics.RELAY_RECORDS.value(service="sla", stream="alerts") == 4
        assert metrics.RELAY_BATCHES.value(service="sla", stream="alerts", outcome="acknowledged") == 1
