"""The second wall: a row is seen with `*` or a scope that names it, and by nobody else (architecture.md)."""

from collections.abc import AsyncIterator, Iterator

import asyncpg
import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, make_url
from sqlalchemy.ext.asyncio import create_async_engine

from deploy.local.addresses import Infrastructure
from services.chassis.database import Database
from services.chassis.migrate import migrate
from services.chassis.migrations_kit import protect
from tests.chassis.bare import Bare, a_bare_database, a_session

SEEN = "select coalesce(string_agg(name, ' ' order by name), '') from shelf"


@pytest.fixture(scope="module")
def bare(infra: Infrastructure) -> Iterator[Bare]:
    with a_bare_database(infra.database_url) as made:
        yield made


@pytest.fixture
async def shelves(bare: Bare) -> AsyncIterator[Database]:
    """A protected table with a row of each of two sites and partners, and one that belongs to nobody."""
    url = bare.url("sla")
    await migrate(bare.administrator, {"sla": url})
    engine = create_async_engine(bare.administrator)
    async with engine.begin() as connection:
        await connection.exec_driver_sql(f"set role {make_url(url).username}_owner")
        await connection.exec_driver_sql("set search_path = sla")
        await connection.exec_driver_sql("drop table if exists shelf")
        await connection.exec_driver_sql("create table shelf (name text unique, site text, partner text)")
        await connection.run_sync(_protected)
    await engine.dispose()
    await migrate(bare.administrator, {"sla": url})  # grants on what is new
    database = Database.open(url, service="sla", pool_size=2)
    async with database.work("system:test") as work:
        await work.run("insert into shelf values ('a', 'east', 'open'), ('b', 'west', 'kin'), ('c', null, null)")
    yield database
    await database.close()


def _protected(connection: Connection) -> None:
    with Operations.context(MigrationContext.configure(connection)):
        protect("shelf", "site", "partner")


@pytest.mark.parametrize(
    ("scope", "sees"),
    [
        ("*", "a b c"),
        ("site/east", "a"),
        ("site/east site/west", "a b"),
        ("partner/kin", "b"),
        ("site/east partner/kin", "a b"),
        ("", ""),
        ("site/eas", ""),
        ("site/east2", ""),
        ("partner/east", ""),
        ("site/", ""),
        ("site/*", ""),
        ("* site/east", "a"),
    ],
)
async def test_a_scope_sees(shelves: Database, scope: str, sees: str) -> None:
    async with shelves.work("partner:open", scope=scope) as work:
        assert await work.value(SEEN) == sees


async def test_a_session_that_never_said_a_scope_is_nobody(shelves: Database, bare: Bare) -> None:
    async with a_session(bare.url("sla")) as session:
        assert await session.fetchval("select current_setting('baton.scope', true)") is None
        assert await session.fetchval(SEEN.replace("shelf", "sla.shelf")) == ""


async def test_a_scope_ends_with_its_work(shelves: Database) -> None:
    """The pool hands the same connection on."""
    async with shelves.work("system:test") as work:
        first = await work.value("select pg_backend_pid()")
    async with shelves.work("partner:open", scope="") as work:
        again, seen = await work.value("select pg_backend_pid()"), await work.value(SEEN)
    assert (first, seen) == (again, "")


async def test_a_caller_writes_only_what_it_would_see(shelves: Database) -> None:
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shelves.work("partner:open", scope="partner/open") as work:
            await work.run("insert into shelf values ('d', 'east', 'kin')")
    async with shelves.work("partner:open", scope="partner/open") as work:
        await work.run("update shelf set name = 'z' where name = 'b'")
        await work.run("delete from shelf where name in ('b', 'c')")
    async with shelves.work("system:test") as work:
        assert await work.value(SEEN) == "a b c"


async def test_on_conflict_with_an_unseen_row_does_nothing_or_fails(shelves: Database) -> None:
    """Why a unique key carries its tenant: here `name` does not, and another's row decides."""
    row = "insert into shelf values ('b', 'east', 'open') on conflict (name) do "
    async with shelves.work("partner:open", scope="partner/open") as work:
        assert await work.value(row + "nothing returning name") is None
        assert await work.value("select count(*) from shelf where name = 'b'") == 0
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with shelves.work("partner:open", scope="partner/open") as work:
            await work.run(row + "update set site = 'east'")


async def test_the_bookkeeping_has_no_policy(shelves: Database) -> None:
    tables = ("outbox", "head", "reader_cursor", "reader_position", "parked", "idempotency")
    async with shelves.work("system:test") as work:
        bound = "select relname from pg_class where relrowsecurity and relnamespace = 'sla'::regnamespace"
        protected = {row["relname"] for row in await work.fetch(bound)}
    assert "shelf" in protected
    assert protected & set(tables) == set()
