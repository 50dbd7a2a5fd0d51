"""A referral taken back closes its lead before the first outreach, and takes nobody else's lead with it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.envelope import Fact
from contracts.leads.facts import DuplicateDecided, LeadClosed
from contracts.referrals.facts import ReferralReceived, ReferralWithdrawn
from contracts.vocabulary import CloseReason, DuplicateCheck, Status
from services.routing.leads.rules.lead import opened
from services.routing.leads.rules.withdrawing import take_back
from services.routing.leads.storage.leads import leads_for_update, save_leads
from services.routing.leads.storage.waiting import follow_primaries
from tests.facts import SOME_DAY, fact
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests


def taken_back(referral: Fact[ReferralReceived]) -> Fact[Any]:
    body = referral.body
    said = ReferralWithdrawn(lead=body.lead, study=body.study, site=body.site, partner=body.partner)
    return fact(said, version=2, is_test=referral.is_test)


async def test_it_closes_the_lead_and_gives_the_place_back(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    await desk.hears(tokens_of(referral, phone="a"))
    assert await desk.load(f"ana-{tag}") == 1
    await desk.hears(taken_back(referral))
    lead = await desk.lead(referral.key)
    assert (lead.status, lead.close_reason, lead.next_action) == (Status.CLOSED, CloseReason.SENT_IN_ERROR, None)
    assert await desk.load(f"ana-{tag}") == 0
    closed = [body for body in await desk.said(referral.key) if isinstance(body, LeadClosed)]
    assert [body.reason for body in closed] == [CloseReason.SENT_IN_ERROR]


async def test_in_one_batch_with_its_referral_and_before_its_tokens(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral, taken_back(referral))
    await desk.hears(tokens_of(referral, phone="a"))
    assert (await desk.lead(referral.key)).close_reason is CloseReason.SENT_IN_ERROR
    assert "OwnerAssigned" not in await desk.names(referral.key)


async def test_once_somebody_reached_out_the_lead_stays(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    await desk.hears(tokens_of(referral, phone="a"))
    lead = await desk.lead(referral.key)
    async with desk.database.work("system:test") as work:
        await leads_for_update(work, [lead.id])
        await save_leads(work, [replace(lead, attempts=1)])
    before = await desk.names(referral.key)
    await desk.hears(taken_back(referral))
    assert (await desk.lead(referral.key)).open
    assert await desk.names(referral.key) == before


@pytest.mark.parametrize("turned", [False, True])
async def test_who_stood_under_it_is_owned_by_itself(desk: DeskOfTests, tag: str, turned: bool) -> None:
    """Whichever of the two has the lower id, and so comes first."""
    ids = sorted((uuid4(), uuid4()), reverse=turned)
    first, second, third = a_referral(tag), a_referral(tag, ids[0]), a_referral(tag, ids[1])
    await desk.hears(*a_network(tag))
    for referral in (first, second, third):
        await desk.hears(referral)
        await desk.hears(tokens_of(referral, phone="same"))
    await desk.hears(taken_back(first))
    async with desk.database.work("system:routing") as work:
        freed = await follow_primaries(work)
    assert freed >= 2
    root, under = await desk.lead(second.key), await desk.lead(third.key)
    assert (root.duplicate_of, root.checked, root.counts) == (None, DuplicateCheck.CLEAR, True)
    assert root.owner is not None
    assert (under.duplicate_of, under.owner) == (root.id, root.owner)
    decided = [body.primary for body in await desk.said(third.key) if isinstance(body, DuplicateDecided)]
    assert decided == [first.key, None, second.key]
    assert sum([await desk.load(f"{name}-{tag}") for name in ("ana", "ben", "cat")]) == 1


async def test_the_right_one_sent_afterwards_is_no_duplicate_of_it(desk: DeskOfTests, tag: str) -> None:
    wrong, right = a_referral(tag), a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(wrong)
    await desk.hears(tokens_of(wrong, phone="same"))
    await desk.hears(taken_back(wrong))
    await desk.hears(right)
    await desk.hears(tokens_of(right, phone="same"))
    lead = await desk.lead(right.key)
    assert (lead.duplicate_of, lead.checked) == (None, DuplicateCheck.CLEAR)
    assert lead.owner is not None


def test_a_closed_lead_is_closed_once() -> None:
    lead = opened(a_referral("x").body, is_test=False, at=SOME_DAY)
    move = take_back(lead, SOME_DAY + timedelta(hours=1))
    assert move is not None
    assert take_back(move.lead, SOME_DAY + timedelta(hours=2)) is None
