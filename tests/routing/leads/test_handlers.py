"""What routing does with what it hears, on real PostgreSQL: opened, checked, owned, or visibly waiting."""

import itertools
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.envelope import Fact
from contracts.leads.facts import DuplicateDecided, LeadWaiting, OwnerAssigned
from contracts.vocabulary import DuplicateCheck, WaitingReason
from services.routing.leads.storage.waiting import AT_ONCE, drain_all
from tests.facts import SOME_DAY
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests

LATER = SOME_DAY + timedelta(hours=1)


async def test_a_referral_with_tokens_is_opened_checked_and_owned(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    await desk.hears(tokens_of(referral, phone="a", email="b"))
    lead = await desk.lead(referral.key)
    assert lead.owner in {f"ana-{tag}", f"ben-{tag}", f"cat-{tag}"}
    assert lead.backup not in {None, lead.owner}
    assert lead.checked is DuplicateCheck.CLEAR
    assert await desk.names(referral.key) == [
        "LeadOpened",
        "MilestoneReached",
        "DuplicateChecked",
        "OwnerAssigned",
        "MilestoneReached",
        "NextActionSet",
    ]


@pytest.mark.parametrize("order", list(itertools.permutations(["network", "referrals", "tokens"])))
async def test_streams_in_every_order_end_the_same(desk: DeskOfTests, tag: str, order: tuple[str, ...]) -> None:
    referral = a_referral(tag)
    streams: dict[str, list[Fact[Any]]] = {
        "network": a_network(tag),
        "referrals": [referral],
        "tokens": [tokens_of(referral, phone="a")],
    }
    for stream in order:
        await desk.hears(*streams[stream])
    lead = await desk.lead(referral.key)
    assert (lead.owner, lead.backup, lead.waiting) == (f"ana-{tag}", f"cat-{tag}", None)
    assert (await desk.names(referral.key)).count("OwnerAssigned") == 1
    assert await desk.load(f"ana-{tag}") == 1


async def test_the_second_lead_of_a_person_stands_under_the_first(desk: DeskOfTests, tag: str) -> None:
    first, second = a_referral(tag), a_referral(tag, partner="hollin")
    await desk.hears(*a_network(tag))
    for referral in (first, second):
        await desk.hears(referral)
        await desk.hears(tokens_of(referral, phone="same", email=referral.key))
    earlier, later = await desk.lead(first.key), await desk.lead(second.key)
    assert later.duplicate_of == earlier.id
    assert (later.owner, later.backup) == (earlier.owner, earlier.backup)
    assert sum([await desk.load(f"{name}-{tag}") for name in ("ana", "ben", "cat")]) == 1
    said = [body for body in await desk.said(second.key) if isinstance(body, DuplicateDecided)]
    assert [body.primary for body in said] == [first.key]
    assert "DuplicateDecided" not in await desk.names(first.key)


async def test_two_of_one_person_in_one_batch_are_linked_once(desk: DeskOfTests, tag: str) -> None:
    pair = [a_referral(tag), a_referral(tag)]
    await desk.hears(*a_network(tag))
    await desk.hears(*(tokens_of(referral, phone="same") for referral in pair))
    await desk.hears(*pair)
    leads = [await desk.lead(referral.key) for referral in pair]
    assert sorted(lead.duplicate_of is not None for lead in leads) == [False, True]


async def test_equal_name_and_birth_date_alone_is_a_question(desk: DeskOfTests, tag: str) -> None:
    first, second = a_referral(tag), a_referral(tag)
    await desk.hears(*a_network(tag))
    for referral in (first, second):
        await desk.hears(referral)
        await desk.hears(tokens_of(referral, phone=referral.key, name_birth="same"))
    later = await desk.lead(second.key)
    assert (later.checked, later.duplicate_of) == (DuplicateCheck.SUSPECTED, None)
    assert later.owner is not None


async def test_another_study_or_site_is_no_duplicate(desk: DeskOfTests, tag: str) -> None:
    other = uuid4().hex[:8]
    first, second = a_referral(tag), a_referral(other)
    await desk.hears(*a_network(tag), *a_network(other))
    for referral in (first, second):
        await desk.hears(referral)
        await desk.hears(tokens_of(referral, phone="same"))
    assert (await desk.lead(second.key)).checked is DuplicateCheck.CLEAR


async def test_leads_over_capacity_wait_visibly(desk: DeskOfTests, tag: str) -> None:
    referrals = [a_referral(tag) for _ in range(8)]
    await desk.hears(*a_network(tag, capacity=2))
    await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in referrals))
    await desk.hears(*referrals)
    leads = [await desk.lead(referral.key) for referral in referrals]
    waiting = [lead for lead in leads if lead.owner is None]
    assert len(waiting) == 2
    assert {lead.waiting for lead in waiting} == {WaitingReason.NO_CAPACITY}
    assert isinstance((await desk.said(str(waiting[0].id)))[-1], LeadWaiting)
    assert [await desk.load(f"{name}-{tag}") for name in ("ana", "ben", "cat")] == [2, 2, 2]


async def test_a_larger_capacity_drains_the_waiting_room(desk: DeskOfTests, tag: str) -> None:
    referrals = [a_referral(tag) for _ in range(4)]
    await desk.hears(*a_network(tag, capacity=1))
    await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in referrals))
    await desk.hears(*referrals)
    assert [(await desk.lead(r.key)).owner for r in referrals].count(None) == 1
    await desk.hears(*a_network(tag, capacity=2, version=2))
    assert all([(await desk.lead(r.key)).owner for r in referrals])


async def test_a_room_that_stays_full_keeps_no_other_from_being_swept(desk: DeskOfTests, tag: str) -> None:
    other = uuid4().hex[:8]
    await desk.hears(*a_network(tag, capacity=1), *a_network(other, capacity=1))
    crowd, few = (
        [a_referral(tag) for _ in range(AT_ONCE + 10)],
        [a_referral(other, received_at=LATER) for _ in range(4)],
    )
    for some in (crowd, few):
        await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in some))
        await desk.hears(*some)
    [last] = [r for r in few if (await desk.lead(r.key)).owner is None]
    async with desk.database.work("system:routing") as work:  # a place that became free, and whose wake-up was missed
        await work.run("update staff_load set capacity = 2, hard = 2 where staff = $1", f"ana-{other}")
    async with desk.database.work("system:routing") as work:
        await drain_all(work)
    assert (await desk.lead(last.key)).owner == f"ana-{other}"


async def test_a_test_lead_is_owned_and_takes_no_place(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag, is_test=True)
    await desk.hears(*a_network(tag, capacity=1))
    await desk.hears(tokens_of(referral, phone="a"))
    await desk.hears(referral)
    lead = await desk.lead(referral.key)
    assert lead.owner is not None
    assert await desk.load(str(lead.owner)) == 0


async def test_an_assignment_is_explained(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(tokens_of(referral, phone="a"))
    await desk.hears(referral)
    said = next(body for body in await desk.said(referral.key) if isinstance(body, OwnerAssigned))
    assert (said.load, said.capacity, said.candidates) == (0, 40, 3)
    async with desk.database.work("system:test") as work:
        kept = await work.one("select * from assignment where lead = $1::uuid", referral.key)
    assert kept is not None
    assert (kept["owner"], kept["reason"]) == (said.owner, said.reason.value)
