"""`Work` on real PostgreSQL: identity, time, facts in commit order (delivery.md, "The transaction")."""

import asyncio
from collections.abc import AsyncIterator, Callable
from uuid import uuid4

import asyncpg
import pytest
from sqlalchemy.exc import ProgrammingError

from contracts.alerts.facts import DeadlineWarned
from contracts.vocabulary import Clock
from services.chassis.database import Database
from services.chassis.transaction import NotCommitted
from services.chassis.work import NotAlone, TimeNotTaken
from tests.clock import administrator
from tests.place import Place

Databases = Callable[[str], Database]


_SOMEBODY_WAITS = """
select exists (
  select from pg_locks join pg_stat_activity using (pid) where not granted and datname = current_database()
)
"""


@pytest.fixture
async def admin(place: Place) -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    connection = await administrator(place)
    yield connection
    await connection.close()


def a_fact(lead: str) -> DeadlineWarned:
    return DeadlineWarned(lead=lead, study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=1)


async def test_facts_of_a_key_get_versions_without_gaps(database_of: Databases) -> None:
    sla, lead = database_of("sla"), str(uuid4())
    for _ in range(2):
        async with sla.work("system:test") as work:
            work.emit([a_fact(lead), a_fact(lead)], is_test=False)
    async with sla.work("system:test") as work:
        rows = await work.fetch("select version, fact from outbox where key = $1 order by id", lead)
        head = await work.value("select version from head where stream = 'alerts' and key = $1", lead)
    assert [row["version"] for row in rows] == [1, 2, 3, 4]
    assert len({row["fact"] for row in rows}) == 4
    assert head == 4


async def test_outbox_order_of_a_key_is_its_commit_order_under_concurrent_writers(database_of: Databases) -> None:
    sla, leads = database_of("sla"), [str(uuid4()) for _ in range(5)]

    async def write(n: int) -> None:
        async with sla.work("system:test") as work:
            await work.take_time()
            work.emit([a_fact(leads[(n + i) % 5]) for i in range(5)], is_test=False)

    await asyncio.gather(*(write(n) for n in range(60)))
    async with sla.work("system:test") as work:
        rows = await work.fetch("select key, version, at from outbox where key = any($1) order by id", leads)
    for lead in leads:
        own = [row for row in rows if row["key"] == lead]
        assert [row["version"] for row in own] == list(range(1, 61))
        assert [row["at"] for row in own] == sorted(row["at"] for row in own)


async def test_a_fact_is_never_earlier_than_its_predecessor(database_of: Databases) -> None:
    """The head keeps the last time: a work that took its time first and said last carries the greater one."""
    sla, lead = database_of("sla"), str(uuid4())
    async with sla.work("system:slow") as slow:
        early = await slow.take_time()
        async with sla.work("system:quick") as quick:
            later = await quick.take_time()
            quick.emit(a_fact(lead), is_test=False)
        slow.emit(a_fact(lead), is_test=False)
    async with sla.work("system:test") as work:
        rows = await work.fetch("select version, at from outbox where key = $1 order by id", lead)
        head = await work.value("select at from head where stream = 'alerts' and key = $1", lead)
    assert early < later
    assert [tuple(row) for row in rows] == [(1, later), (2, later)]
    assert head == later


async def test_time_is_read_when_it_is_asked_for_and_not_when_the_work_began(database_of: Databases) -> None:
    async with database_of("sla").work("system:test") as work:
        began = await work.value("select now()")
        await asyncio.sleep(0.05)
        assert (await work.take_time() - began).total_seconds() > 0.05


async def test_heads_said_in_any_order_are_locked_in_one(database_of: Databases) -> None:
    """`work` has no retry: a deadlock would be raised."""
    sla, leads = database_of("sla"), [str(uuid4()) for _ in range(40)]

    async def write(n: int) -> None:
        async with sla.work("system:test") as work:
            said = leads if n % 2 else leads[::-1]
            work.emit([a_fact(lead) for lead in said], is_test=False)

    await asyncio.gather(*(write(n) for n in range(10)))
    async with sla.work("system:test") as work:
        rows = await work.fetch("select version from head where key = any($1)", leads)
    assert [row["version"] for row in rows] == [10] * 40


async def test_ids_of_the_outbox_are_drawn_after_every_head_is_locked(database_of: Databases) -> None:
    """One work waits for the second of its heads; what another says meanwhile comes before both of its rows."""
    sla, free, contended, other = database_of("sla"), *sorted(str(uuid4()) for _ in range(3))
    async with sla.work("system:test") as work:
        work.emit([a_fact(free), a_fact(contended)], is_test=False)

    async def say(*leads: str) -> None:
        async with sla.work("system:test") as work:
            work.emit([a_fact(lead) for lead in leads], is_test=False)

    async with sla.work("system:test") as holder:
        await holder.run("select from head where key = $1 for update", contended)
        waiting = asyncio.create_task(say(free, contended))
        async with sla.work("system:test") as looks:
            while not await looks.value(_SOMEBODY_WAITS):
                await asyncio.sleep(0.01)
        await say(other)
    await waiting
    async with sla.work("system:test") as work:
        rows = await work.fetch("select key from outbox where key = any($1) order by id", [free, contended, other])
    assert [row["key"] for row in rows] == [free, contended, other, free, contended]


async def test_a_work_that_passed_over_a_failed_statement_is_not_taken_for_committed(database_of: Databases) -> None:
    sla, key = database_of("sla"), str(uuid4())
    with pytest.raises(NotCommitted):
        async with sla.work("system:test") as work:
            await work.run("insert into head values ('alerts', $1, 0, baton_now())", key)
            with pytest.raises(asyncpg.DivisionByZeroError):
                await work.run("select 1 / 0")
    async with sla.work("system:test") as work:
        assert await work.value("select count(*) from head where key = $1", key) == 0


async def test_a_work_of_one_statement_has_no_second_and_says_nothing(database_of: Databases) -> None:
    sla, lead = database_of("sla"), str(uuid4())
    with pytest.raises(NotAlone):
        async with sla.work("system:test", alone=True) as work:
            assert await work.value("select current_setting('baton.scope', true)") in (None, "")
            work.emit(a_fact(lead), is_test=False)
    async with sla.work("system:test") as work:
        assert await work.value("select count(*) from outbox where key = $1", lead) == 0


async def test_a_work_that_begins_late_takes_no_connection_before(place: Place) -> None:
    nowhere = Database.open(place.url("sla").replace("127.0.0.1", "127.0.0.9"), service="sla")
    async with nowhere.work("system:test", late=True) as work:
        await work.set_scope("site/east")
        assert work.scope == "site/east"
    with pytest.raises(ConnectionRefusedError):
        async with nowhere.work("system:test"):
            pass


async def test_a_scope_known_before_it_begins_is_what_it_begins_with(database_of: Databases) -> None:
    async with database_of("sla").work("system:test", scope="", late=True) as work:
        await work.set_scope("site/east")
        assert await work.value("select current_setting('baton.scope')") == "site/east"
        await work.set_scope("site/west")
        assert await work.value("select current_setting('baton.scope')") == "site/west"


async def test_a_scope_that_could_end_its_quotes_is_none(database_of: Databases) -> None:
    with pytest.raises(ValueError, match="scope"):
        async with database_of("sla").work("system:test", scope="', false); --") as work:
            await work.value("select 1")


async def test_connections_the_server_has_ended_are_replaced_before_they_are_used(
    database_of: Databases, admin: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    sla = database_of("sla")
    async with sla.work("system:test") as first, sla.work("system:test") as second:
        pids = [await work.value("select pg_backend_pid()") for work in (first, second)]
    assert await admin.fetch("select pg_terminate_backend(pid, 5000) from unnest($1::int[]) as pid", pids)
    async with sla.work("system:test") as first, sla.work("system:test") as second:
        assert not {await work.value("select pg_backend_pid()") for work in (first, second)} & set(pids)


async def test_a_rolled_back_work_says_nothing(database_of: Databases) -> None:
    sla, lead = database_of("sla"), str(uuid4())
    with pytest.raises(RuntimeError, match="no"):
        async with sla.work("system:test") as work:
            work.emit(a_fact(lead), is_test=False)
            raise RuntimeError("no")
    async with sla.work("system:test") as work:
        assert await work.value("select count(*) from outbox where key = $1", lead) == 0
        assert await work.value("select count(*) from head where key = $1", lead) == 0


async def test_time_is_there_only_after_it_was_taken(database_of: Databases) -> None:
    async with database_of("sla").work("system:test") as work:
        with pytest.raises(TimeNotTaken):
            _ = work.at
        assert await work.take_time() == work.at
        assert await work.value("select pg_current_xact_id_if_assigned() is not null")


async def test_reading_the_time_takes_no_transaction_id(database_of: Databases) -> None:
    async with database_of("sla").work("system:test") as work:
        await work.read_time()
        assert await work.value("select pg_current_xact_id_if_assigned() is null")


async def test_a_service_reaches_its_own_schema_only(database_of: Databases) -> None:
    with pytest.raises((asyncpg.InsufficientPrivilegeError, ProgrammingError)):
        async with database_of("sla").work("system:test") as work:
            await work.fetch("select 1 from routing.head")


async def test_session_guards_are_set(database_of: Databases) -> None:
    names = (
        "idle_in_transaction_session_timeout", "transaction_timeout", "lock_timeout", "tcp_user_timeout",
        "tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count", "transaction_isolation",
    )  # fmt: skip
    async with database_of("sla").work("system:test") as work:
        values = [await work.value(f"select current_setting('{name}')") for name in names]
    assert values == ["10s", "30s", "5s", "20000", "10", "5", "3", "read committed"]


async def test_a_deadlock_is_tried_again_in_place(database_of: Databases) -> None:
    sla = database_of("sla")
    keys = [str(uuid4()), str(uuid4())]
    async with sla.work("system:test") as work:
        await work.run("insert into head select 'alerts', k, 0, baton_now() from unnest($1::text[]) k", keys)

    async def cross(first: str, second: str) -> None:
        async def do(work: object) -> None:
            for key in (first, second):
                await work.run("update head set version = version + 1 where key = $1", key)  # type: ignore[attr-defined]
                await asyncio.sleep(0.05)

        await sla.run(do, actor="system:test")

    await asyncio.gather(cross(*keys), cross(*reversed(keys)))
    async with sla.work("system:test") as work:
        rows = await work.fetch("select version from head where key = any($1)", keys)
    assert [row["version"] for row in rows] == [2, 2]
