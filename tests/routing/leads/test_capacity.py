"""Hard capacity holds under concurrent readers, closers and sweeps, and the counters stay true (product.md)."""

import asyncio
import random

import pytest

from contracts.vocabulary import AssignReason
from services.routing.leads.storage.census import breaches
from services.routing.leads.storage.waiting import drain
from tests.doors import Doors
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests


async def test_nobody_goes_over_capacity_under_concurrent_readers(desk: DeskOfTests, tag: str) -> None:
    members = [f"m{n}" for n in range(8)]
    await desk.hears(*a_network(tag, members=members, capacity=5))
    referrals = [a_referral(tag) for _ in range(60)]
    batches = [referrals[n::10] for n in range(10)]

    async def reader(n: int) -> None:
        await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in batches[n]))
        await desk.hears(*batches[n])

    await asyncio.gather(*(reader(n) for n in range(10)))
    leads = [await desk.lead(referral.key) for referral in referrals]
    loads = [await desk.load(f"{member}-{tag}") for member in members]
    assert loads == [5] * 8
    assert sum(lead.owner is None and lead.waiting is not None for lead in leads) == 20


async def test_shares_follow_weights_within_one_lead(desk: DeskOfTests, tag: str) -> None:
    await desk.hears(*a_network(tag, members=["full", "half"], capacity=50))
    async with desk.database.work("system:test") as work:
        await work.run("update staff_load set weight = 50 where staff = $1", f"half-{tag}")
    referrals = [a_referral(tag) for _ in range(30)]
    await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in referrals))
    await desk.hears(*referrals)
    assert abs(await desk.load(f"full-{tag}") - 20) <= 1
    assert abs(await desk.load(f"half-{tag}") - 10) <= 1


async def test_closing_and_draining_at_once_keeps_the_counters_true(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    await desk.hears(*a_network(tag, capacity=4))
    referrals = [a_referral(tag) for _ in range(24)]
    await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in referrals))
    await desk.hears(*referrals)
    client = await doors.ask("routing", f"staff:ana-{tag}")

    async def close(lead: str) -> int:
        for _ in range(20):
            version = (await client.get(f"/desk/v1/leads/{lead}")).headers["etag"]
            body = {"reason": "too_far"}
            answer = await client.post(f"/desk/v1/leads/{lead}/close", json=body, headers={"if-match": version})
            if answer.status_code not in (412, 503):
                return answer.status_code
        return 0

    async def sweep() -> None:
        for _ in range(5):
            async with desk.database.work("system:routing") as work:
                await drain(work, reason=AssignReason.SLOT_FREED)
            await asyncio.sleep(random.random() / 50)

    closing = [referral.key for referral in random.sample(referrals, 12)]
    statuses, *_ = await asyncio.gather(asyncio.gather(*map(close, closing)), sweep(), sweep())
    assert set(statuses) == {200}
    async with desk.database.work("system:test") as work:
        mine = [breach for breach in await breaches(work) if tag in breach.key]
    assert mine == []
    assert [await desk.load(f"{name}-{tag}") for name in ("ana", "ben", "cat")] == [4, 4, 4]


@pytest.mark.parametrize("facts", [1, 500])
async def test_statements_of_a_batch_do_not_grow_with_it(desk: DeskOfTests, tag: str, facts: int) -> None:
    await desk.hears(*a_network(tag, members=[f"m{n}" for n in range(12)], capacity=60))
    referrals = [a_referral(tag) for _ in range(facts)]
    counts = []
    for batch in ([tokens_of(r, phone=r.key) for r in referrals], referrals):
        before = await desk.statements()
        await desk.hears(*batch)
        counts.append(await desk.statements() - before)
    assert counts == [5, 12]
