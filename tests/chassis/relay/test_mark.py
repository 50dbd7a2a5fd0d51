"""Marking checks the term; bodies of blanked streams are forgotten; `resend` (delivery.md)."""

import asyncio

import pytest

from contracts.examples.tokens import TOKEN_EXAMPLES
from contracts.streams import ALERTS, TOKENS
from services.chassis.relay.lease import Leases
from services.chassis.relay.mark import NothingToResend, ResendRefused, hold_key, mark_sent, resend
from services.chassis.relay.poll import Row, poll
from tests.chassis.relay.conftest import Stands
from tests.chassis.relay.stand import Stand, a_fact, first_appearances, leads_of, one_lead_a_shard, running


async def polled(stand: Stand) -> list[Row]:
    leases = Leases(stand.database, "me", 5.0)
    await leases.keep()
    async with stand.database.work("system:test") as work:
        lots = await poll(work, "me", leases.held, [stream.name for stream in stand.streams])
    return [row for lot in lots for row in lot.rows]


async def mark(stand: Stand, rows: list[Row], blank: tuple[str, ...] = ()) -> dict[int, int]:
    async with stand.database.work("system:test") as work:
        return await mark_sent(work, "me", rows, blank)


async def test_what_was_acknowledged_is_marked_in_one_statement(bare: Stand) -> None:
    await bare.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    assert await mark(bare, await polled(bare)) == dict.fromkeys(range(12), 1)
    assert await bare.unsent() == 0


@pytest.mark.parametrize(
    "meanwhile",
    [
        "update relay_lease set term = term + 1 where shard = 0",
        "update relay_lease set owner = 'other' where shard = 0",
        "update relay_lease set until = clock_timestamp() where shard = 0",
    ],
    ids=["taken and lost again", "taken over", "run out"],
)
async def test_marking_checks_the_term(bare: Stand, meanwhile: str) -> None:
    """Marking checks the term."""
    await bare.say(*(a_fact(lead) for lead in one_lead_a_shard()))
    rows = await polled(bare)
    await bare.sql(meanwhile)
    marked = await mark(bare, rows)
    assert marked == dict.fromkeys(range(1, 12), 1)
    assert [row["shard"] for row in await bare.sql("select shard from outbox where sent_at is null")] == [0]


async def test_nobody_takes_a_shard_over_while_it_is_being_marked(bare: Stand) -> None:
    """Marking checks the term: also against a take-over in the same moment."""
    await bare.say(a_fact(leads_of(0, 1)[0]))
    rows = await polled(bare)
    async with bare.database.work("system:test") as work:
        await mark_sent(work, "me", rows, ())
        takeover = asyncio.create_task(bare.sql("update relay_lease set owner = 'other', term = term + 1"))
        await asyncio.sleep(0.1)
        assert not takeover.done()
    await takeover
    assert await bare.unsent() == 0


async def test_a_late_relay_holds_nothing_either(bare: Stand) -> None:
    await bare.say(a_fact(leads_of(0, 1)[0]))
    (row,) = await polled(bare)
    await bare.sql("update relay_lease set owner = 'other', term = term + 1")
    async with bare.database.work("system:test") as work:
        assert await hold_key(work, "me", "alerts", row) == 0


async def test_tokens_are_forgotten_once_kafka_has_them(stand_of: Stands) -> None:
    """The outbox forgets the body of a blanked stream, and `resend` refuses it."""
    intake = await stand_of("intake")
    body = TOKEN_EXAMPLES[0].fact.body
    await intake.say(body)
    async with running(intake.relay()):
        await intake.drained()
    assert [row["body"] for row in await intake.sql("select body from outbox")] == [None]
    assert [one.body for one in await intake.heard("tokens")] == [body.model_dump_json(exclude_none=True).encode()]
    async with intake.database.work("system:test") as work:
        with pytest.raises(ResendRefused):
            await resend(work, TOKENS, body.key(), 1)


async def test_resend_publishes_the_same_fact_again(stand: Stand) -> None:
    """`baton outbox resend <stream> <key> <version>` while the row exists."""
    (lead,) = leads_of(7, 1)
    await stand.say(a_fact(lead, 1), a_fact(lead, 2))
    async with running(stand.relay()):
        await stand.drained()
        async with stand.database.work("system:test") as work:
            await resend(work, ALERTS, lead, 1)
        await stand.drained()
    heard = await stand.heard("alerts")
    assert [one.head.version for one in heard] == [1, 2, 1]
    assert heard[0].head == heard[2].head
    assert first_appearances(heard) == {lead: [1, 2]}


async def test_resend_says_when_there_is_no_such_fact(bare: Stand) -> None:
    async with bare.database.work("system:test") as work:
        with pytest.raises(NothingToResend):
            await resend(work, ALERTS, leads_of(1, 1)[0], 3)
