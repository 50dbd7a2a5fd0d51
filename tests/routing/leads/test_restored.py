"""A routing that was set back to an earlier copy: what it decides anew must stand for readers who heard otherwise."""

from typing import Any

import pytest

from contracts.envelope import Fact
from contracts.leads.facts import DuplicateDecided
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests

RAISED = "insert into raised_head select 'leads', unnest($1::text[])"


async def decided(desk: DeskOfTests, lead: str) -> list[str | None]:
    """Under which lead it was said to stand, each time."""
    return [body.primary for body in await desk.said(lead) if isinstance(body, DuplicateDecided)]


@pytest.mark.parametrize("first", ["referrals", "tokens"])
async def test_the_other_of_two_becomes_the_primary_and_both_are_said_anew(
    desk: DeskOfTests, tag: str, first: str
) -> None:
    pair = [a_referral(tag), a_referral(tag, partner="hollin")]
    await desk.hears(*a_network(tag))
    async with desk.database.work("system:routing") as work:
        await work.run(RAISED, [referral.key for referral in pair])
    for referral in reversed(pair):  # before the restore they came the other way round
        facts: list[Fact[Any]] = [referral, tokens_of(referral, phone="same")]
        for fact in facts if first == "referrals" else reversed(facts):
            await desk.hears(fact)
    secondary, primary = pair
    assert await decided(desk, primary.key) == [None]
    assert await decided(desk, secondary.key) == [primary.key]


async def test_a_lead_that_waited_for_its_tokens_is_said_anew_as_well(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    async with desk.database.work("system:routing") as work:
        await work.run(RAISED, [referral.key])
    await desk.hears(tokens_of(referral, phone="own"))
    names = await desk.names(referral.key)
    assert names[names.index("DuplicateChecked") + 1] == "DuplicateDecided"
    assert await decided(desk, referral.key) == [None]


async def test_a_lead_of_which_nothing_more_was_said_costs_no_further_fact(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    await desk.hears(tokens_of(referral, phone="own"))
    assert await decided(desk, referral.key) == []
