"""Setting, re-timing, cancelling and holding timers, and the law that none appears or vanishes."""

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

from contracts.streams import partition_of
from services.chassis.telemetry import metrics
from services.chassis.timers import Ledger, cancel_timers, hold_timers, set_timers
from services.chassis.timers.ledger import balance, roll_up
from services.chassis.work import Work
from tests.chassis.timers.desk import Desk

LATER = datetime(2030, 1, 1, tzinfo=UTC)


async def test_a_new_timer_counts_created_and_lies_in_its_leads_shard(desk: Desk) -> None:
    leads = await desk.leads(20)
    await desk.set("breach", dict.fromkeys(leads, LATER))
    async with desk.database.work("system:test") as work:
        rows = await work.fetch("select subject, shard, due from timer")
    assert {row["subject"]: row["shard"] for row in rows} == {lead: partition_of(str(lead)) for lead in leads}
    assert {row["due"] for row in rows} == {LATER}
    assert await desk.ledger() == Ledger(created=20, pending=20)


async def test_a_retime_counts_as_cancelled_and_created(desk: Desk) -> None:
    leads = await desk.leads(3)
    await desk.set("breach", dict.fromkeys(leads, LATER))
    later = {leads[0]: LATER + timedelta(hours=1), leads[1]: LATER}
    await desk.set("breach", later)
    assert await desk.ledger() == Ledger(created=4, cancelled=1, pending=3)


async def test_cancelling_takes_away_what_is_there_and_counts_only_that(desk: Desk) -> None:
    leads = await desk.leads(3)
    for kind in ("warn", "breach"):
        await desk.set(kind, dict.fromkeys(leads, LATER))
    async with desk.database.work("system:test") as work:
        assert await cancel_timers(work, ["warn", "breach"], leads[:2]) == 4
        assert await cancel_timers(work, ["warn", "breach"], leads[:2]) == 0
        assert await cancel_timers(work, ["warn"], []) == 0
    assert await desk.ledger() == Ledger(created=6, cancelled=4, pending=2)


async def test_held_timers_are_pending_and_stay_held_through_a_retime(desk: Desk) -> None:
    leads = await desk.leads(2)
    await desk.due("breach", leads, ahead=-5)
    await desk.do(lambda work: hold_timers(work, leads[:1], True))
    await desk.due("breach", leads[:1], ahead=-4)
    await desk.ticker().round()
    assert await desk.fired() == leads[1:]
    assert (await desk.ledger()).pending == 1
    await desk.do(lambda work: hold_timers(work, leads, False))
    await desk.ticker().round()
    assert sorted(await desk.fired()) == sorted(leads)


async def test_every_change_of_timers_is_one_statement_whatever_the_number(desk: Desk) -> None:
    leads = await desk.leads(500)

    async def cost(work: Work, act: object) -> float:
        before = metrics.STATEMENTS.value(service="sla")
        await act  # type: ignore[misc]
        return metrics.STATEMENTS.value(service="sla") - before

    async with desk.database.work("system:test") as work:
        assert await cost(work, set_timers(work, "breach", dict.fromkeys(leads, LATER))) == 1
        assert await cost(work, hold_timers(work, leads, True)) == 1
        assert await cost(work, cancel_timers(work, ["breach"], leads)) == 1
        assert await cost(work, set_timers(work, "breach", {})) == 0


async def test_any_sequence_of_changes_balances_kind_by_kind_and_a_roll_up_changes_no_sum(desk: Desk) -> None:
    chance, leads = random.Random(7), await desk.leads(30)
    there: dict[tuple[str, UUID], datetime] = {}
    told = {"warn": [0, 0], "breach": [0, 0]}
    for _ in range(150):
        kind, some = chance.choice(["warn", "breach"]), chance.sample(leads, chance.randint(1, 9))
        if chance.random() < 0.6:
            due = LATER + timedelta(seconds=chance.randint(0, 2))
            told[kind][0] += sum(there.get((kind, lead)) != due for lead in some)
            told[kind][1] += sum(there.get((kind, lead), due) != due for lead in some)
            there |= {(kind, lead): due for lead in some}
            await desk.set(kind, dict.fromkeys(some, due))
        else:
            told[kind][1] += sum(there.pop((kind, lead), None) is not None for lead in some)
            await desk.cancel(kind, some)
    for _ in range(2):
        async with desk.database.work("system:test") as work:
            found = await balance(work)
            await work.run("update timer_ledger set at = at - interval '1 hour'")
            await roll_up(work)
        pending = {kind: sum(k == kind for k, _ in there) for kind in told}
        assert found == {kind: Ledger(new, 0, gone, pending[kind]) for kind, (new, gone) in told.items()}
        assert all(ledger.gap == 0 for ledger in found.values())
