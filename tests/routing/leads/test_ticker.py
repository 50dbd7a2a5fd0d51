"""Leads whose tokens do not come: owned after 5 s all the same, compared when they come (privacy.md)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.streams import partition_of
from contracts.vocabulary import DuplicateCheck
from services.chassis.timers.due import DueTimer
from services.routing.leads.rules.checking import ASSIGN_WITHOUT_TOKENS, waits_on
from services.routing.leads.rules.lead import opened
from services.routing.leads.ticker import assign_without_tokens
from tests.facts import SOME_DAY
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests


async def fire(desk: DeskOfTests, lead: str, *, tokens_to: timedelta) -> None:
    """Fire the lead's timer as the ticker does; the tokens stream is complete up to so long after it was received."""
    async with desk.database.work("system:routing") as work:
        await work.run("insert into reader (stream) values ('tokens') on conflict do nothing")
        await work.run("delete from heard where stream = 'tokens'")
        await work.run(
            "insert into heard (stream, partition, counted_at, counted_offset) values ('tokens', $1, $2, 0)",
            partition_of(lead),
            SOME_DAY + tokens_to,
        )
        await work.take_time()
        await assign_without_tokens(work, [DueTimer(ASSIGN_WITHOUT_TOKENS, UUID(lead), work.at)])


async def test_without_tokens_a_lead_is_owned_and_its_check_is_pending(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    assert (await desk.lead(referral.key)).owner is None
    await fire(desk, referral.key, tokens_to=timedelta(seconds=1))
    lead = await desk.lead(referral.key)
    assert (lead.checked, lead.owner is not None) == (DuplicateCheck.PENDING, True)


async def test_a_late_check_still_finds_the_duplicate_and_gives_its_place_back(desk: DeskOfTests, tag: str) -> None:
    first, second = a_referral(tag), a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(first)
    await desk.hears(tokens_of(first, phone="same"))
    await desk.hears(second)
    await fire(desk, second.key, tokens_to=timedelta(seconds=1))
    await desk.hears(tokens_of(second, phone="same"))
    lead = await desk.lead(second.key)
    assert (lead.checked, str(lead.duplicate_of)) == (DuplicateCheck.CONFIRMED, first.key)
    assert [await desk.load(f"{name}-{tag}") for name in ("ana", "ben", "cat")] == [1, 0, 0]


async def test_a_late_duplicate_that_has_its_primarys_owner_already_is_linked_in_its_row_too(
    desk: DeskOfTests, tag: str
) -> None:
    first, others, second = a_referral(tag), [a_referral(tag), a_referral(tag)], a_referral(tag)
    await desk.hears(*a_network(tag))
    for referral in (first, *others):
        await desk.hears(referral)
        await desk.hears(tokens_of(referral, phone="same" if referral is first else referral.key))
    await desk.hears(second)
    await fire(desk, second.key, tokens_to=timedelta(seconds=1))
    assert (await desk.lead(second.key)).owner == (await desk.lead(first.key)).owner
    await desk.hears(tokens_of(second, phone="same"))
    lead = await desk.lead(second.key)
    assert (str(lead.duplicate_of), lead.owner) == (first.key, (await desk.lead(first.key)).owner)


async def test_while_the_tokens_reader_is_behind_a_lead_waits_on(desk: DeskOfTests, tag: str) -> None:
    referral = a_referral(tag)
    await desk.hears(*a_network(tag))
    await desk.hears(referral)
    await fire(desk, referral.key, tokens_to=timedelta(0))
    assert (await desk.lead(referral.key)).checked is None
    async with desk.database.work("system:test") as work:
        due = await work.value("select due from timer where subject = $1::uuid", referral.key)
    assert timedelta(0) < due - datetime.now(UTC) <= timedelta(seconds=5)


def test_but_not_longer_than_a_minute() -> None:
    lead = opened(a_referral("x").body, is_test=False, at=SOME_DAY)
    assert waits_on(lead, tokens_to=None, at=SOME_DAY + timedelta(seconds=59))
    assert not waits_on(lead, tokens_to=None, at=SOME_DAY + timedelta(seconds=60))
    assert waits_on(lead, tokens_to=SOME_DAY, at=SOME_DAY)
    assert not waits_on(lead, tokens_to=SOME_DAY + timedelta(milliseconds=1), at=SOME_DAY)
