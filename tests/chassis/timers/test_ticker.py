"""The ticker on real PostgreSQL: exactly once, never early, lead first, poison alone (P7, P8)."""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta
from itertools import chain
from uuid import UUID

from services.chassis.database import Database
from services.chassis.service import TimerKind
from services.chassis.telemetry import metrics
from services.chassis.timers import DueTimer, Ledger, cancel_timers, hold_timers, set_timers
from services.chassis.timers.ticker import Ticker
from services.chassis.work import Work
from tests.chassis.timers.desk import Desk, lock_leads, note_fired
from tests.clock import move_clock
from tests.place import Place


async def test_a_due_timer_fires_once_and_one_that_is_not_due_does_not(desk: Desk) -> None:
    leads = await desk.leads(2)
    await desk.due("breach", leads[:1])
    await desk.due("breach", leads[1:], ahead=3600)
    ticker = desk.ticker()
    assert [(await ticker.round())[0] for _ in range(3)] == [1, 0, 0]
    assert await desk.fired() == leads[:1]
    assert await desk.ledger() == Ledger(created=2, fired=1, pending=1)


async def test_a_running_ticker_fires_each_timer_and_never_before_its_time(desk: Desk) -> None:
    leads, stop = await desk.leads(20), asyncio.Event()
    running = asyncio.create_task(desk.ticker().run(stop))
    for n, lead in enumerate(leads):
        await desk.due("breach", [lead], ahead=0.3 + n * 0.03)
    async with asyncio.timeout(5):
        while len(await desk.fired()) < 20:
            await asyncio.sleep(0.05)
    stop.set()
    await running
    async with desk.database.work("system:test") as work:
        late = [row["late"] for row in await work.fetch("select at - due as late from test_fired")]
    assert len(late) == 20
    assert min(late) >= timedelta(0)


async def test_a_moved_test_clock_makes_timers_due(own_desk: Desk, fresh_place: Place) -> None:
    leads = await own_desk.leads(1)
    await own_desk.due("breach", leads, ahead=86_400)
    ticker = own_desk.ticker()
    assert (await ticker.round())[0] == 0
    await move_clock(fresh_place, timedelta(days=1))
    assert (await ticker.round())[0] == 1


async def test_a_leads_timers_fire_in_the_order_of_their_time_however_late_the_ticker_is(desk: Desk) -> None:
    leads = await desk.leads(40)
    for n, lead in enumerate(leads):
        await desk.due("warn", [lead], ahead=-100 + n)
        await desk.due("breach", [lead], ahead=-99.5 + n)
    ticker = desk.ticker("warn", "breach", batch=30)
    while (await ticker.round())[0]:
        pass
    async with desk.database.work("system:test") as work:
        rows = await work.fetch("select subject, array_agg(kind order by id) as kinds from test_fired group by subject")
    assert {row["subject"]: row["kinds"] for row in rows} == {lead: ["warn", "breach"] for lead in leads}


async def test_fire_may_set_the_next_one(desk: Desk) -> None:
    [lead] = await desk.leads(1)
    await desk.due("breach", [lead], ahead=-10)

    async def again(work: Work, due: Sequence[DueTimer]) -> None:
        await note_fired(work, due)
        await set_timers(work, "breach", {timer.subject: timer.due + timedelta(seconds=4) for timer in due})

    ticker = Ticker(desk.database, [desk.kind("breach", again)])
    assert [(await ticker.round())[0] for _ in range(4)] == [1, 1, 1, 0]
    assert await desk.ledger() == Ledger(created=4, fired=3, pending=1)


async def test_only_kinds_it_knows_are_claimed(desk: Desk) -> None:
    leads = await desk.leads(3)
    await desk.due("of_the_next_release", leads)
    assert (await desk.ticker("breach").round())[0] == 0
    assert (await desk.ledger()).pending == 3


async def test_two_tickers_and_concurrent_answers_fire_or_cancel_each_timer_exactly_once(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    leads, stop, chance = await desk.leads(1500), asyncio.Event(), random.Random(3)
    await desk.due("breach", leads, ahead=0.5)

    async def answer(lead: UUID) -> int:
        async with desk.database.work("system:test") as work:
            await work.fetch("select 1 from test_lead where id = $1 for update", lead)
            return await cancel_timers(work, ["breach"], [lead])

    async def coordinator(own: Sequence[UUID]) -> list[UUID]:
        return [lead for lead in own if await answer(lead)]

    tickers = [Ticker(database, [desk.kind("breach")], batch=100) for database in (desk.database, database_of("sla"))]
    running = [asyncio.create_task(ticker.run(stop)) for ticker in tickers]
    mixed = chance.sample(leads, 600)
    cancelled = [*chain(*await asyncio.gather(*(coordinator(mixed[n::4]) for n in range(4))))]
    async with asyncio.timeout(20):
        while (await desk.ledger()).pending:
            await asyncio.sleep(0.05)
    stop.set()
    await asyncio.gather(*running)
    fired = Counter(await desk.fired())
    assert max(fired.values()) == 1
    assert sorted([*fired, *cancelled]) == sorted(leads)
    assert await desk.ledger() == Ledger(created=1500, fired=len(fired), cancelled=len(cancelled))


async def test_a_locked_lead_is_passed_over_and_the_others_fire(desk: Desk) -> None:
    leads = await desk.leads(30)
    await desk.due("breach", leads[:10], ahead=-20)
    await desk.due("breach", leads[10:], ahead=-10)
    ticker = desk.ticker(batch=10)
    async with desk.database.work("system:test") as work:
        await work.fetch("select 1 from test_lead where id = any($1::uuid[]) for update", leads[:10])
        assert [(await ticker.round())[0] for _ in range(4)] == [0, 10, 10, 0]
        await cancel_timers(work, ["breach"], leads[:5])
    assert [(await ticker.round())[0] for _ in range(2)] == [5, 0]
    assert sorted(await desk.fired()) == sorted(leads[5:])


async def test_answers_that_lock_the_lead_first_never_deadlock_with_firing(desk: Desk) -> None:
    leads, stop = await desk.leads(60), asyncio.Event()
    running = asyncio.create_task(desk.ticker(batch=60).run(stop))

    async def retime(seed: int) -> int:
        chance, done = random.Random(seed), 0
        for _ in range(40):
            some = sorted(chance.sample(leads, 12))
            async with desk.database.work("system:test") as work:
                await lock_leads_waiting(work, some)
                await set_timers(work, "breach", dict.fromkeys(some, await work.take_time()))
            done += 1
        return done

    before = await deadlocks(desk)
    assert await asyncio.gather(*(retime(seed) for seed in range(6))) == [40] * 6
    stop.set()
    await running
    assert await deadlocks(desk) == before
    assert (await desk.ledger()).gap == 0


async def lock_leads_waiting(work: Work, leads: Sequence[UUID]) -> None:
    await work.fetch("select 1 from test_lead where id = any($1::uuid[]) order by id for update", list(leads))


async def deadlocks(desk: Desk) -> int:
    async with desk.database.work("system:test") as work:
        await work.run("select pg_stat_force_next_flush()")
    async with desk.database.work("system:test") as work:
        return int(await work.value("select deadlocks from pg_stat_database where datname = current_database()"))


async def test_a_poison_timer_is_held_and_the_others_of_its_batch_fire(desk: Desk) -> None:
    leads = await desk.leads(12)
    await desk.due("breach", leads)
    desk.poison = {leads[4], leads[9]}
    assert (await desk.ticker().round())[0] == 10
    assert sorted(await desk.fired()) == sorted(set(leads) - desk.poison)
    assert await desk.ledger() == Ledger(created=12, fired=10, pending=2)
    assert (await desk.ticker().round())[0] == 0
    repaired, desk.poison = desk.poison, set()
    await desk.do(lambda work: hold_timers(work, repaired, False))
    assert (await desk.ticker().round())[0] == 2


async def test_a_transient_error_holds_nothing_and_is_tried_again(desk: Desk) -> None:
    leads, failures = await desk.leads(3), iter([ConnectionResetError(), TimeoutError()])
    await desk.due("breach", leads)
    stop = asyncio.Event()

    async def flaky(work: Work, due: Sequence[DueTimer]) -> None:
        await note_fired(work, due)
        for error in failures:
            raise error
        work.after_commit(stop.set)

    async with asyncio.timeout(10):
        await Ticker(desk.database, [TimerKind("breach", lock_leads, flaky)]).run(stop)
    assert sorted(await desk.fired()) == sorted(leads)
    assert await desk.ledger() == Ledger(created=3, fired=3)


async def test_a_look_costs_three_statements_and_a_firing_round_of_500_five_more(desk: Desk) -> None:
    leads = await desk.leads(500)
    await desk.due("breach", leads)
    ticker = desk.ticker()
    costs = []
    for _ in range(2):
        before = metrics.STATEMENTS.value(service="sla")
        await ticker.round()
        costs.append(metrics.STATEMENTS.value(service="sla") - before)
    begin = 1
    assert costs == [begin + 2 + begin + 3 + 1, begin + 2]
