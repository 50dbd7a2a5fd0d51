"""Rounds every so many seconds, and the housekeeping that keeps bookkeeping bounded (P17)."""

import asyncio
from datetime import UTC, datetime

import pytest

from services.chassis.service import Sweep
from services.chassis.telemetry import metrics
from services.chassis.timers import Ledger, hold_timers, set_timers
from services.chassis.timers.sweeps import Sweeper, forget_answers, housekeeping, watch_held, watch_ledger
from services.chassis.work import Work
from tests.chassis.timers.desk import Desk
from tests.doors import Doors


async def test_a_sweep_runs_at_once_and_again_and_stops_when_told(desk: Desk) -> None:
    rounds, stop = [0], asyncio.Event()

    async def sweep(work: Work) -> int:
        rounds[0] += 1
        if rounds[0] == 3:
            stop.set()
        return 0

    await asyncio.wait_for(Sweeper(desk.database, Sweep("x", 0.01, sweep)).run(stop), 5)
    assert rounds == [3]


@pytest.mark.parametrize(("error", "beats"), [(ValueError(), 1), (ConnectionResetError(), 0)])
async def test_a_round_that_fails_ends_nothing_and_only_a_fault_of_its_own_counts_as_a_turn(
    desk: Desk, error: Exception, beats: int
) -> None:
    beaten: list[int] = []

    async def sweep(work: Work) -> int:
        raise error

    sweeper = Sweeper(desk.database, Sweep("x", 60, sweep), beat=lambda: beaten.append(1))
    assert await sweeper.round() is False
    assert len(beaten) == beats


async def test_a_gap_in_the_ledger_pages(desk: Desk) -> None:
    leads = await desk.leads(3)
    await desk.do(lambda work: set_timers(work, "breach", dict.fromkeys(leads, datetime(2030, 1, 1, tzinfo=UTC))))
    await desk.do(watch_ledger)
    assert metrics.LEDGER_GAP.value(service="sla") == 0
    await desk.do(lambda work: work.run("delete from timer where subject = $1", leads[0]))
    await desk.do(watch_ledger)
    assert metrics.LEDGER_GAP.value(service="sla") == 1
    assert await desk.ledger() == Ledger(created=3, pending=2)


async def test_held_timers_are_counted(desk: Desk) -> None:
    leads = await desk.leads(3)
    await desk.due("breach", leads, ahead=60)
    await desk.do(lambda work: hold_timers(work, leads[:2], True))
    await desk.do(watch_held)
    assert metrics.TIMERS_HELD.value(service="sla") == 2


async def test_answers_are_forgotten_after_400_days_and_not_before(desk: Desk) -> None:
    insert = (
        "insert into idempotency (client, key, fingerprint, state, created) "
        "select 'test', ('\\x0' || n)::bytea, '', 'done', clock_timestamp() - make_interval(days => 398 + n) "
        "from generate_series(1, 3) as n"
    )
    await desk.do(lambda work: work.run(insert))
    async with desk.database.work("system:test") as work:
        assert await forget_answers(work) == 2
        left = await work.value("select count(*) from idempotency where client = 'test'")
    assert left == 1


async def test_every_service_keeps_house(desk: Desk) -> None:
    for sweep in housekeeping():
        assert await Sweeper(desk.database, sweep).round() is True, sweep.name


IN_ITS_TIME = {"forget_refusals", "webhook_past", "access_past", "webhook_notices"}
"""Old rows that go, and what ends in 14 days."""


@pytest.mark.parametrize(("service", "rooms"), [("intake", 1), ("routing", 2), ("sla", 2)])
async def test_a_waiting_room_is_swept_every_ten_seconds_at_least(doors: Doors, service: str, rooms: int) -> None:
    """A missed wake-up costs seconds (delivery.md, "The transaction"); what is of hours or days has time."""
    sweeps = [sweep for sweep in (await doors.open(service)).sweeps if sweep.name not in IN_ITS_TIME]
    assert len(sweeps) >= rooms
    assert [sweep.name for sweep in sweeps if sweep.every > 10] == []
