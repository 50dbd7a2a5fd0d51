"""The clocks on real PostgreSQL: whatever order the two streams arrive in, however many facts a poll has."""

import asyncio
import random
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from contracts.alerts.facts import DeadlineEnded, DeadlineSet
from contracts.envelope import Fact, FactBody
from contracts.streams import LEADS
from services.chassis.telemetry import metrics
from services.chassis.timers import Ledger, conservation
from tests.sla.builders import LeadLife, a_calendar, a_policy, a_site, a_study, the_network
from tests.sla.calendars.oracle import at
from tests.sla.desk import Desk

STATE = (
    "select id, owner, attempted, closed, duplicate, version from lead order by id",
    "select lead, episode, state, target_at, warn_at, breach_at, ended_by, business_seconds, within_target, policy, "
    "calendar, policy_version from clock order by lead, episode",
    "select lead, episode, started_at, stopped_at from clock_interval order by lead, episode",
    "select subject, kind, due, held_at from timer order by subject",
)

IDS = [UUID(int=(0x019C << 112) | n) for n in range(1, 7)]


async def state(desk: Desk) -> list[list[dict[str, Any]]]:
    return [await desk.rows(sql) for sql in STATE]


def lives(now: Any) -> list[list[FactBody]]:
    """Six leads: nothing yet, owned, attempted, closed, a duplicate, a duplicate that was undone."""
    since = now - timedelta(minutes=5)
    leads = [LeadLife(lead) for lead in IDS]
    after: list[list[FactBody]] = [
        [],
        [leads[1].owned()],
        [leads[2].owned(), leads[2].attempted()],
        [leads[3].owned(), leads[3].closed()],
        [leads[4].duplicate(IDS[0])],
        [leads[5].duplicate(IDS[0]), leads[5].duplicate(None), leads[5].waiting()],
    ]
    return [[lead.opened(since), *facts] for lead, facts in zip(leads, after, strict=True)]


def shuffled(queues: Sequence[Sequence[Fact[Any]]], seed: int) -> Iterator[list[Fact[Any]]]:
    """The queues' facts, each queue in its own order, interleaved at random into polls of one stream each."""
    dice, left = random.Random(seed), [list(queue) for queue in queues if queue]
    poll: list[Fact[Any]] = []
    while left:
        queue = dice.choice(left)
        taken = queue.pop(0)
        if poll and (poll[-1].body.stream is not taken.body.stream or dice.random() < 0.3):
            yield poll
            poll = []
        poll.append(taken)
        left = [queue for queue in left if queue]
    yield poll


@pytest.mark.parametrize("seed", range(12))
async def test_the_two_streams_may_arrive_in_any_order(desk: Desk, seed: int) -> None:
    now = await desk.now()
    network = [desk.facts_of(body) for body in the_network()]
    leads = [desk.facts_of(*life, at=now) for life in lives(now)]
    await desk.deliver([fact for queue in network for fact in queue])
    await desk.deliver([fact for queue in leads for fact in queue])
    expected, said = await state(desk), await desk.said(DeadlineSet, DeadlineEnded)
    await desk.forget()
    for poll in shuffled([*network, *leads], seed):
        await desk.deliver(poll)
    assert await state(desk) == expected
    by_key = sorted(await desk.said(DeadlineSet, DeadlineEnded), key=lambda body: body.lead)
    assert by_key == sorted(said, key=lambda body: body.lead)
    assert await desk.breaches() == []


@pytest.mark.parametrize("seed", range(6))
async def test_what_runs_ends_on_the_newest_network_in_any_order(desk: Desk, seed: int) -> None:
    now = await desk.now()
    network = [desk.facts_of(body) for body in the_network(always_open=True)]
    network += [desk.facts_of(a_policy(target=60, warn=7000, breach=9000)), desk.facts_of(a_calendar(always_open=True))]
    leads = [desk.facts_of(*life, at=now) for life in lives(now)[:2]]
    for poll in shuffled([*network, *leads], seed):
        await desk.deliver(poll)
    since = now - timedelta(minutes=5)
    rows = await desk.rows("select breach_at, policy_version, calendar_version from clock")
    assert rows == [{"breach_at": since + timedelta(seconds=9000), "policy_version": 2, "calendar_version": 2}] * 2
    due = {row["due"] for row in await desk.rows("select due from timer")}
    assert due == {since + timedelta(seconds=7000)}
    assert await desk.breaches() == []


async def test_a_poll_of_500_facts_takes_as_many_statements_as_one_of_10(desk: Desk) -> None:
    await desk.hear(*the_network())
    counted = []
    for size in (10, 500):
        bodies = [LeadLife().opened(await desk.now()) for _ in range(size)]
        before = metrics.STATEMENTS.value(service="sla")
        await desk.hear(*bodies)
        counted.append(metrics.STATEMENTS.value(service="sla") - before)
    assert counted[0] == counted[1] <= 13
    assert (await desk.rows("select count(*) as n from timer"))[0]["n"] == 510


async def test_500_answers_take_as_many_statements_as_10(desk: Desk) -> None:
    await desk.hear(*the_network())
    leads, now = [LeadLife() for _ in range(510)], await desk.now()
    await desk.hear(*(lead.opened(now) for lead in leads))
    counted = []
    for some in (leads[:10], leads[10:]):
        before = metrics.STATEMENTS.value(service="sla")
        await desk.hear(*(lead.attempted() for lead in some), at=now)
        counted.append(metrics.STATEMENTS.value(service="sla") - before)
    assert counted[0] == counted[1] <= 13
    assert await desk.do(conservation) == Ledger(created=510, cancelled=510)


async def test_facts_that_no_clock_listens_to_move_the_version_only(desk: Desk) -> None:
    lead = LeadLife()
    await desk.hear(*the_network())
    await desk.hear(lead.opened(await desk.now()))
    before = await desk.rows("select xmin::text as written, * from clock")
    await desk.hear(lead.owned("otto"))
    assert await desk.rows("select xmin::text as written, * from clock") == before
    assert (await desk.rows("select owner, version from lead")) == [{"owner": "otto", "version": 2}]


async def test_a_change_for_many_leads_is_followed_by_the_sweep(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    await desk.hear(*(LeadLife().opened(now) for _ in range(1200)))
    await desk.hear(a_policy(breach=20_000))
    behind = "select count(*) as n from clock where policy_version < 2"
    assert (await desk.rows(behind))[0]["n"] == 200
    await desk.sweep()
    assert (await desk.rows(behind))[0]["n"] == 0
    assert await desk.rows("select distinct breach_at from clock") == [{"breach_at": now + timedelta(seconds=20_000)}]
    assert await desk.breaches() == []


async def test_a_clock_armed_on_the_old_state_while_it_changed_is_found_by_the_sweep(desk: Desk) -> None:
    """A reader of leads was at work while the policy changed: what it wrote was not there to be gone through."""
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    await desk.hear(a_policy(breach=20_000))
    await desk.hear(LeadLife().opened(now))
    await desk.rows("update clock set policy_version = 1, breach_at = $1 returning 1", now + timedelta(seconds=14_400))
    await desk.sweep()
    assert await desk.rows("select breach_at from clock") == [{"breach_at": now + timedelta(seconds=20_000)}]


async def test_changes_are_forgotten_after_a_minute(desk: Desk) -> None:
    await desk.hear(*the_network())
    await desk.sweep()
    assert len(await desk.rows("select key from changed_item")) == 4
    await desk.rows("update changed_item set until = clock_timestamp() - interval '1 second' returning 1")
    await desk.sweep()
    assert await desk.rows("select key from changed_item") == []


async def test_a_study_that_moves_to_another_policy_follows_it_when_it_comes(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    await desk.hear(LeadLife().opened(now))
    await desk.hear(a_study(policy="urgent"))
    assert await desk.rows("select policy, breach_at from clock") == [
        {"policy": "urgent", "breach_at": now + timedelta(seconds=14_400)}
    ]
    await desk.hear(a_policy("urgent", target=900, warn=1800, breach=3600))
    assert await desk.rows("select breach_at from clock") == [{"breach_at": now + timedelta(seconds=3600)}]


async def test_a_site_in_another_zone_keeps_its_own_hours(desk: Desk) -> None:
    """Sydney, a Monday in March at 09:00 there: warned at 12:00 there."""
    await desk.hear(*the_network(), a_site(site="kurra-heads", zone="Australia/Sydney"))
    opened = LeadLife(site="kurra-heads").opened
    await desk.hear(opened(at("2026-03-02 09:00", "Australia/Sydney")))
    assert await desk.rows("select warn_at from clock") == [{"warn_at": at("2026-03-02 12:00", "Australia/Sydney")}]


async def test_a_parked_leads_timers_are_held_count_as_pending_and_go_on_when_it_is_healed(desk: Desk) -> None:
    lead, now = LeadLife(), await desk.now()
    await desk.hear(*the_network(always_open=True))
    await desk.hear(lead.opened(now - timedelta(hours=5)), lead.owned())
    await desk.park(lead.id)
    assert await desk.tick() == 0
    assert await desk.do(conservation) == Ledger(created=1, pending=1)
    await desk.hear(a_policy(warn=9000, breach=12_000))
    assert await desk.tick() == 0
    await desk.heal(lead.id)
    assert await desk.tick() == 2


async def test_a_clock_that_is_armed_while_its_lead_is_parked_waits_for_the_repair(desk: Desk) -> None:
    lead, now = LeadLife(), await desk.now()
    await desk.hear(lead.opened(now - timedelta(hours=5)), lead.owned())
    await desk.park(lead.id)
    await desk.hear(*the_network(always_open=True))
    assert (await desk.tick(), await desk.do(conservation)) == (0, Ledger(created=1, pending=1))
    await desk.heal(lead.id)
    assert await desk.tick() == 2


async def test_a_network_fact_that_comes_while_a_lead_is_being_written_waits_for_it_and_arms_it(desk: Desk) -> None:
    """The placeholder is locked until the reader of leads is done: no missed wake-up, no sweep needed."""
    lead, now = LeadLife(), await desk.now()
    async with desk.database.work("system:sla") as work:
        for handler in desk.reads(LEADS).handlers:
            await handler(work, desk.facts_of(lead.opened(now), at=now))
        network = asyncio.create_task(desk.hear(*the_network()))
        done, _ = await asyncio.wait([network], timeout=0.5)
        assert not done
    await network
    assert await desk.rows("select state from clock") == [{"state": "running"}]
    assert await desk.breaches() == []


async def test_a_parked_close_takes_the_timer_away_at_once_and_the_drain_decides(desk: Desk) -> None:
    lead, now = LeadLife(), await desk.now()
    await desk.hear(*the_network(always_open=True))
    await desk.hear(lead.opened(now - timedelta(hours=5)), lead.owned())
    [closed] = desk.facts_of(lead.closed())
    for _ in range(2):
        await desk.stop(closed)
    await desk.park(lead.id)
    assert await desk.do(conservation) == Ledger(created=1, cancelled=1)
    assert await desk.rows("select state from clock") == [{"state": "running"}]
    assert await desk.breaches() == []
    await desk.deliver([closed])
    await desk.heal(lead.id)
    assert await desk.breaches() == []
    assert await desk.do(conservation) == Ledger(created=1, cancelled=1)


async def test_a_stop_that_was_dropped_sets_the_timer_anew_when_the_lead_is_healed(desk: Desk) -> None:
    lead = LeadLife()
    await desk.hear(*the_network(always_open=True))
    await desk.hear(lead.opened(await desk.now()), lead.owned())
    await desk.stop(desk.facts_of(lead.closed())[0])
    await desk.park(lead.id)
    await desk.heal(lead.id)
    assert await desk.breaches() == []


async def test_parking_a_key_that_is_no_lead_or_not_known_here_does_nothing(desk: Desk) -> None:
    for parked in (True, False):
        await desk.park("nonsense", parked)
        await desk.park(uuid4(), parked)
    assert await desk.rows("select id from lead") == []


async def test_facts_carry_the_correlation_of_what_caused_them(desk: Desk) -> None:
    lead = LeadLife()
    await desk.hear(*the_network())
    [opened] = desk.facts_of(lead.opened(await desk.now()), is_test=True)
    await desk.deliver([opened])
    [head] = await desk.heads()
    assert (head["correlation"], head["causation"]) == (str(opened.head.correlation), str(opened.id))
    assert (head["is_test"], head["actor"], head["source"]) == (True, "system:sla", "/sla")
