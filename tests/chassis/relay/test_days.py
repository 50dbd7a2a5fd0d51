"""Daily partitions by real time, made ahead and dropped through the owner's functions (delivery.md)."""

from datetime import UTC, date, datetime, timedelta

import asyncpg
import pytest

from services.chassis.relay.days import DayPlan, keep_days, plan_days
from tests.chassis.relay.stand import Stand, a_fact

TODAY = date(2026, 11, 22)


def name(day: date) -> str:
    return f"outbox_{day:%Y%m%d}"


def today() -> date:
    return datetime.now(UTC).date()


async def days(bare: Stand) -> set[str]:
    rows = await bare.sql(
        "select relname from pg_inherits join pg_class on oid = inhrelid where inhparent='outbox'::regclass"
    )
    return {row["relname"] for row in rows}


async def an_old_day(stand: Stand, back: int, sent: bool) -> date:
    """A partition of an earlier day with one fact in it, as time would have made it."""
    day = today() - timedelta(days=back)
    await stand.sql("select outbox_day_make($1)", day)
    await stand.say(a_fact())
    await stand.sql(
        "update outbox set created = ($1::date + time '12:00') at time zone 'UTC', sent_at = $2 where created > $3",
        day,
        datetime.now(UTC) if sent else None,
        datetime.now(UTC) - timedelta(minutes=1),
    )
    return day


@pytest.fixture(autouse=True)
async def usual_days(bare: Stand) -> None:
    for partition in await days(bare) - {"outbox_default"}:
        await bare.sql(f"drop table {partition}")
    await keep_days(bare.database)


def test_seven_days_ahead_and_three_back_are_kept() -> None:
    """Made 7 days ahead, dropped after 3 days."""
    kept = {TODAY - timedelta(days=n) for n in range(4)}
    plan = plan_days(TODAY, {*kept, TODAY - timedelta(days=4), TODAY + timedelta(days=1)})
    assert plan.drop == (TODAY - timedelta(days=4),)
    assert plan.make == tuple(TODAY + timedelta(days=n) for n in range(2, 8))


async def test_today_and_seven_days_ahead_are_there_plus_a_default(bare: Stand) -> None:
    """Daily partitions by real time, made 7 days ahead, plus a default one."""
    assert await days(bare) == {"outbox_default", *(name(today() + timedelta(days=n)) for n in range(8))}
    assert await keep_days(bare.database) == DayPlan((), ())


async def test_the_test_clock_moves_no_day(bare: Stand) -> None:
    """What guards the machinery uses the real clock: outbox partitions and their dropping."""
    await bare.sql("update test_clock set ahead = '40 days'")
    assert await keep_days(bare.database) == DayPlan((), ())
    await bare.say(a_fact())
    (row,) = await bare.sql("select tableoid::regclass::text as part from outbox")
    assert row["part"] == name(today())


async def test_a_day_whose_facts_are_all_sent_is_dropped(bare: Stand) -> None:
    """Dropped after 3 days."""
    day = await an_old_day(bare, 5, sent=True)
    assert await keep_days(bare.database) == DayPlan((), (day,))
    assert name(day) not in await days(bare)


async def test_a_day_with_an_unsent_fact_stays(bare: Stand) -> None:
    """Checks: nothing unsent."""
    day = await an_old_day(bare, 5, sent=False)
    assert (await keep_days(bare.database)).drop == ()
    assert name(day) in await days(bare)


async def test_facts_of_a_missing_day_wait_in_the_default_partition_and_are_moved(bare: Stand) -> None:
    """No row of that day in the default partition, else those rows are moved in the same transaction."""
    await bare.sql(f"drop table {name(today())}")
    await bare.say(a_fact())
    before = await bare.sql("select tableoid::regclass::text as part, id, fact from outbox")
    assert (await keep_days(bare.database)).make == (today(),)
    after = await bare.sql("select tableoid::regclass::text as part, id, fact from outbox")
    assert [row["part"] for row in before + after] == ["outbox_default", name(today())]
    assert before[0]["fact"] == after[0]["fact"]


async def test_a_day_that_is_in_use_is_dropped_later(bare: Stand) -> None:
    """Takes its lock with `lock_timeout=100ms`, else later."""
    day = await an_old_day(bare, 5, sent=True)
    async with bare.admin.transaction():
        await bare.sql("select from outbox limit 1")
        assert (await keep_days(bare.database)).drop == ()
    assert (await keep_days(bare.database)).drop == (day,)


async def test_a_day_is_made_later_when_a_writer_is_busy(bare: Stand) -> None:
    """Takes its lock with `lock_timeout=100ms`, else later."""
    last = today() + timedelta(days=7)
    await bare.sql(f"drop table {name(last)}")
    async with bare.database.work("system:test") as work:
        work.emit(a_fact(), is_test=False)
        await work.run("insert into head values ('alerts', 'x', 0, baton_now())")
        await work.run("lock table outbox in row exclusive mode")
        assert (await keep_days(bare.database)).make == ()
    assert (await keep_days(bare.database)).make == (last,)


async def test_the_service_role_owns_no_table_and_cannot_drop_one(bare: Stand) -> None:
    """Through two SECURITY DEFINER functions of the NOLOGIN owner role, because the service role owns no table."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with bare.database.work("system:test") as work:
            await work.run(f"drop table {name(today())}")
    functions = await bare.sql(
        "select prosecdef, proconfig::text as config, rolcanlogin, pronargs"
        " from pg_proc join pg_roles on pg_roles.oid = proowner"
        " where proname = any ($1) and pronamespace = 'sla'::regnamespace",
        ["outbox_day_make", "outbox_day_drop"],
    )
    assert len(functions) == 2
    for row in functions:
        assert (row["prosecdef"], row["rolcanlogin"], row["pronargs"]) == (True, False, 1)
        assert "search_path=sla, pg_temp" in row["config"].replace('"', "").replace("\\", "")


async def test_younger_days_are_never_dropped_however_asked(bare: Stand) -> None:
    await an_old_day(bare, 2, sent=True)
    rows = await bare.sql("select outbox_day_drop($1)", today() - timedelta(days=2))
    assert rows[0][0] is False
