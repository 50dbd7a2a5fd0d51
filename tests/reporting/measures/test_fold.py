"""Folding facts into aggregates, on real PostgreSQL, against a recount that was written from the requirements."""

import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from contracts.envelope import Fact
from contracts.leads.facts import MilestoneReached
from contracts.referrals.facts import ReferralReceived
from contracts.vocabulary import Milestone
from services.chassis.database import Database
from services.chassis.work import Work
from services.reporting.facts import handlers as facts_room
from services.reporting.measures import handlers as measures_room
from services.reporting.measures.rules import Measure, week_of
from services.reporting.measures.storage import recount, tallies
from tests.facts import SOME_DAY
from tests.reporting.builders import blocked, closed, reached, received, unblocked

Databases = Callable[[str], Database]


async def hear(work: Work, facts: Sequence[Fact[Any]]) -> None:
    by_stream: dict[str, list[Fact[Any]]] = {}
    for fact in facts:
        by_stream.setdefault(fact.body.stream.name, []).append(fact)
    for batch in by_stream.values():
        await facts_room.on_facts(work, batch)
        await measures_room.on_facts(work, batch)


def a_study() -> str:
    return f"study-{uuid4().hex[:8]}"


async def test_aggregates_equal_a_hand_recount_whatever_the_order(database_of: Databases) -> None:
    study, chance = a_study(), random.Random(7)
    leads = [
        received(
            study, site=chance.choice(["a", "b"]), partner=chance.choice(["p", "q"]), at=SOME_DAY + timedelta(days=i)
        )
        for i in range(60)
    ]
    owned = [reached(lead, Milestone.OWNED) for lead in chance.sample(leads, 40)]
    people: list[Fact[Any]] = [*leads, *owned]
    everything = [*people, *(closed(lead, version=2) for lead in leads[:9])]
    chance.shuffle(everything)
    async with database_of("reporting").work("system:test") as work:
        for i in range(0, len(everything), 7):
            await hear(work, everything[i : i + 7])
    expected = Counter((f.body.site, f.body.partner, monday(f.body.received_at.date()), word(f)) for f in people)
    async with database_of("reporting").work("system:test") as work:
        kept = await tallies(work, study)
    moved = {(c.site, c.partner, c.week, c.word): n for c, n in kept.items() if c.measure == Measure.MOVEMENT}
    assert moved == dict(expected)


def monday(day: date) -> date:
    while day.strftime("%a") != "Mon":
        day -= timedelta(days=1)
    return day


def word(fact: Fact[Any]) -> str:
    return "accepted" if isinstance(fact.body, ReferralReceived) else fact.body.milestone.value


async def test_test_traffic_counts_nowhere_and_is_kept(database_of: Databases) -> None:
    lead = received(a_study(), is_test=True)
    async with database_of("reporting").work("system:test") as work:
        await hear(work, [lead, reached(lead, Milestone.OWNED)])
        assert await tallies(work, lead.body.study) == Counter()
        assert await work.value("select count(*) from journal where key = $1", lead.key) == 2


async def test_routing_saying_accepted_too_does_not_count_twice(database_of: Databases) -> None:
    lead = received(a_study())
    async with database_of("reporting").work("system:test") as work:
        await hear(work, [lead, reached(lead, Milestone.ACCEPTED)])
        assert list((await tallies(work, lead.body.study)).values()) == [1]


async def test_a_cleared_blocker_no_longer_stands(database_of: Databases) -> None:
    lead = received(a_study())
    async with database_of("reporting").work("system:test") as work:
        await hear(work, [unblocked(lead)])
        await hear(work, [blocked(lead)])
        assert await tallies(work, lead.body.study) == Counter()


async def test_a_recount_of_the_journal_finds_a_changed_aggregate(database_of: Databases) -> None:
    lead = received(a_study())
    async with database_of("reporting").work("system:test") as work:
        await hear(work, [lead])
        again = {cell: n for cell, n in (await recount(work)).items() if cell.study == lead.body.study}
        assert again == dict(await tallies(work, lead.body.study))
        await work.run("update tally set n = n + 1 where study = $1", lead.body.study)
        assert again != dict(await tallies(work, lead.body.study))


def test_weeks_start_on_monday_utc() -> None:
    lead = received("s", at=SOME_DAY - timedelta(hours=10))
    assert week_of(lead.body.received_at) == date(2026, 2, 23)
    assert isinstance(reached(lead, Milestone.OWNED).body, MilestoneReached)


async def test_a_batch_of_500_costs_two_statements(database_of: Databases) -> None:
    study = a_study()
    batch = [received(study) for _ in range(500)]
    async with database_of("reporting").work("system:test") as work:
        counted: list[str] = []
        plain = work.run

        async def counting(sql: str, *args: object) -> None:
            counted.append(sql)
            await plain(sql, *args)

        work.run = counting  # type: ignore[method-assign]
        await hear(work, batch)
    assert len(counted) == 2
