"""A ticker that awaits a stream, on real PostgreSQL: watermarks are set by a builder, nobody waits 120 s (P9)."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta

from contracts.streams import PARTITIONS, partition_of
from services.chassis.consume.heard_rows import hears
from services.chassis.telemetry import metrics
from services.chassis.timers import Ledger
from services.chassis.timers.allowance import Counted
from services.chassis.timers.ticker import Ticker
from services.chassis.work import Work
from tests.chassis.timers.desk import Desk
from tests.heard import set_heard

MINUTE = timedelta(minutes=1)


def a_watermark(at: datetime, *, stands_for: timedelta | None = None) -> Counted:
    return Counted(at, None if stands_for is None else datetime.now(UTC) - stands_for)


def heard(told: Mapping[int, Counted]) -> Callable[[Work], Awaitable[Mapping[int, Counted]]]:
    async def hears(_work: Work) -> Mapping[int, Counted]:
        return told

    return hears


def awaiting(desk: Desk, told: Mapping[int, Counted]) -> Ticker:
    return Ticker(desk.database, [desk.kind("breach")], hears=heard(told))


def of_rows(desk: Desk, *kinds: str, batch: int = 500) -> Ticker:
    """A ticker that waits for the `leads` watermarks in the rows of `heard`, as in service."""
    named = [desk.kind(kind) for kind in kinds or ("breach",)]
    return Ticker(desk.database, named, hears=lambda work: hears(work, "leads"), batch=batch)


async def unconfirmed(desk: Desk) -> list[bool]:
    async with desk.database.work("system:test") as work:
        return [row["unconfirmed"] for row in await work.fetch("select unconfirmed from test_fired")]


async def test_only_leads_of_partitions_whose_watermark_passed_their_time_fire(desk: Desk) -> None:
    leads = await desk.leads(60)
    due = await desk.due("breach", leads)
    told = {n: a_watermark(due + MINUTE if n % 2 else due - MINUTE) for n in range(PARTITIONS)}
    assert await awaiting(desk, told).round() == (sum(partition_of(str(lead)) % 2 for lead in leads), None)
    assert {partition_of(str(lead)) % 2 for lead in await desk.fired()} == {1}
    assert not any(await unconfirmed(desk))


async def test_what_waits_does_not_keep_later_timers_of_other_partitions_from_firing(desk: Desk) -> None:
    leads = await desk.leads(80)
    behind = [lead for lead in leads if partition_of(str(lead)) == 0]
    others = [lead for lead in leads if lead not in behind]
    await desk.due("breach", behind, ahead=-60)
    due = await desk.due("breach", others)
    told = {n: a_watermark(due + MINUTE) for n in range(1, PARTITIONS)}
    ticker = Ticker(desk.database, [desk.kind("breach")], hears=heard(told), batch=2)
    while (await ticker.round())[0]:
        pass
    assert sorted(await desk.fired()) == sorted(others)
    assert (await desk.ledger()).pending == len(behind)


async def test_a_watermark_that_stands_still_fires_marked_unconfirmed(desk: Desk) -> None:
    leads = await desk.leads(20)
    due = await desk.due("breach", leads)
    still = {n: a_watermark(due - MINUTE, stands_for=2 * MINUTE) for n in range(PARTITIONS)}
    assert (await awaiting(desk, still).round())[0] == 20
    assert await unconfirmed(desk) == [True] * 20
    assert await desk.ledger() == Ledger(created=20, fired=20)


async def test_a_reader_that_is_behind_holds_its_timers_however_long_nothing_moved(desk: Desk) -> None:
    leads = await desk.leads(5)
    due = await desk.due("breach", leads)
    assert (await awaiting(desk, {n: a_watermark(due - MINUTE) for n in range(PARTITIONS)}).round())[0] == 0
    assert (await awaiting(desk, {}).round())[0] == 0
    assert (await desk.ledger()).pending == 5


async def test_a_timer_retimed_beyond_the_watermark_after_the_look_does_not_fire(desk: Desk) -> None:
    """The look takes no locks: what it found is judged again once the lead is locked."""
    [lead] = await desk.leads(1)
    due = await desk.due("breach", [lead])
    kind = desk.kind("breach")

    async def retime_first(work: Work, subjects: object) -> set[object]:
        await desk.due("breach", [lead], ahead=-0.2)
        return {lead}

    moved = type(kind)(kind.name, retime_first, kind.fire)  # type: ignore[arg-type]
    told = {n: a_watermark(due + timedelta(seconds=0.5)) for n in range(PARTITIONS)}
    assert (await Ticker(desk.database, [moved], hears=heard(told)).round())[0] == 0
    assert await desk.ledger() == Ledger(created=2, cancelled=1, pending=1)


async def test_a_key_the_relay_holds_delays_its_own_lead_only_and_that_one_fires_after_repair(desk: Desk) -> None:
    """P7: all others of its partition fire confirmed. Its timer is pending, not held: nobody has to let it go."""
    leads = await desk.leads(60)
    due = await desk.due("breach", leads)
    held = [lead for lead in leads if partition_of(str(lead)) == partition_of(str(leads[0]))][:1]
    await set_heard(desk.database, "leads", due + MINUTE, held=[str(held[0]), "study/alder"])
    ticker = of_rows(desk)
    assert [(await ticker.round())[0] for _ in range(2)] == [59, 0]
    assert sorted(await desk.fired()) == sorted(set(leads) - set(held))
    async with desk.database.work("system:test") as work:
        assert await work.value("select count(*) from timer where held_at is null") == 1
    await set_heard(desk.database, "leads", due + MINUTE)
    assert (await ticker.round())[0] == 1
    assert await unconfirmed(desk) == [False] * 60
    assert await desk.ledger() == Ledger(created=60, fired=60)


async def test_held_leads_before_all_others_do_not_fill_the_batch(desk: Desk) -> None:
    leads = await desk.leads(20)
    await desk.due("breach", leads[:10], ahead=-60)
    due = await desk.due("breach", leads[10:])
    await set_heard(desk.database, "leads", due + MINUTE, held=[str(lead) for lead in leads[:10]])
    ticker = of_rows(desk, batch=4)
    assert [(await ticker.round())[0] for _ in range(4)] == [4, 4, 2, 0]
    assert sorted(await desk.fired()) == sorted(leads[10:])


async def test_a_partition_with_more_held_keys_than_are_named_waits_as_a_whole(desk: Desk) -> None:
    leads = await desk.leads(60)
    due = await desk.due("breach", leads)
    shut = partition_of(str(leads[0]))
    await set_heard(desk.database, "leads", due + MINUTE, more={shut: 1})
    await of_rows(desk).round()
    assert sorted(await desk.fired()) == sorted(lead for lead in leads if partition_of(str(lead)) != shut)
    assert not any(await unconfirmed(desk))


async def test_a_look_that_passes_over_a_hundred_held_keys_costs_no_statement_more(desk: Desk) -> None:
    leads = await desk.leads(101)
    due = await desk.due("breach", leads)
    costs = []
    for held in (leads[1:], leads[1:2]):
        await desk.due("breach", leads[:1])
        await set_heard(desk.database, "leads", due + MINUTE, held=[str(lead) for lead in held])
        before = metrics.STATEMENTS.value(service="sla")
        await of_rows(desk).round()
        costs.append(metrics.STATEMENTS.value(service="sla") - before)
    assert costs[0] == costs[1]
    assert len(await desk.fired()) == 101
