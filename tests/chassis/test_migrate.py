"""`baton migrate` on real PostgreSQL: harmless to repeat, one at a time, roles that own nothing (architecture.md)."""

import asyncio
import secrets
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from deploy.local.addresses import Infrastructure
from services.chassis import migrate as module
from services.chassis.migrate import OddLogin, migrate
from tests.chassis.bare import Bare, a_bare_database, a_session
from tests.place import SERVICES, Place

EVERYTHING = """
select 'relation' as kind, relname::text as name, relowner::regrole::text as owner, relacl::text as rights,
  relrowsecurity::text || relforcerowsecurity::text as more
from pg_class where relnamespace = 'sla'::regnamespace
union all select 'column', attrelid::regclass::text || attname, '', attacl::text, atttypid::regtype::text || attnotnull
from pg_attribute join pg_class on pg_class.oid = attrelid where relnamespace = 'sla'::regnamespace and attnum > 0
union all select 'function', proname, proowner::regrole::text, proacl::text, prosrc
from pg_proc where pronamespace = 'sla'::regnamespace
union all select 'policy', policyname, tablename, qual, with_check from pg_policies where schemaname = 'sla'
union all select 'schema', nspname, nspowner::regrole::text, nspacl::text, '' from pg_namespace where nspname = 'sla'
union all select 'version', version_num, '', '', '' from sla.chassis_version
union all select 'version', version_num, '', '', '' from sla.service_version
order by 1, 2, 3
"""


@pytest.fixture
def bare(infra: Infrastructure) -> Iterator[Bare]:
    with a_bare_database(infra.database_url) as made:
        yield made


async def everything(bare: Bare) -> list[tuple[str, ...]]:
    async with a_session(bare.administrator) as session:
        return [tuple(row) for row in await session.fetch(EVERYTHING)]


async def test_a_second_time_changes_nothing(bare: Bare) -> None:
    said: list[str] = []
    await migrate(bare.administrator, {"sla": bare.url("sla")}, say=said.append)
    first = await everything(bare)
    await migrate(bare.administrator, {"sla": bare.url("sla")}, say=said.append)
    assert await everything(bare) == first
    assert len(first) > 100
    assert said == ["sla: schema is up to date"] * 2


async def test_three_at_once_do_it_one_after_the_other(bare: Bare) -> None:
    urls = {"sla": bare.url("sla"), "reporting": bare.url("reporting")}
    await asyncio.gather(*(migrate(bare.administrator, urls) for _ in range(3)))
    async with a_session(bare.administrator) as session:
        for schema in urls:
            assert await session.fetchval(f"select count(*) from {schema}.chassis_version") == 1
            assert await session.fetchval(f"select count(*) from {schema}.service_version") == 1


async def test_a_table_somebody_holds_for_a_while_is_waited_for(bare: Bare) -> None:
    """The session gives up after 2 s, lets everything go and comes again; also the secret is set anew by then."""
    await migrate(bare.administrator, {"sla": bare.url("sla")})
    async with a_session(bare.administrator) as session, session.transaction():
        await session.execute("lock table sla.chassis_version in access exclusive mode")
        again = asyncio.create_task(migrate(bare.administrator, {"sla": bare.url("sla", secret="changed")}))
        await asyncio.sleep(2.5)
        assert not again.done()
    await asyncio.wait_for(again, 20)
    async with a_session(bare.url("sla", secret="changed")) as session:
        assert await session.fetchval("select count(*) from sla.chassis_version") == 1


async def test_a_busy_writer_does_not_stop_it(bare: Bare) -> None:
    """A day that cannot be locked in 100 ms is left to the relay's own look."""
    await migrate(bare.administrator, {"sla": bare.url("sla")})
    async with a_session(bare.administrator) as session:
        await session.execute(f"drop table sla.outbox_{datetime.now(UTC).date() + timedelta(days=7):%Y%m%d}")
        async with session.transaction():
            await session.execute("lock table sla.outbox in row exclusive mode")
            await asyncio.wait_for(migrate(bare.administrator, {"sla": bare.url("sla")}), 20)
        await migrate(bare.administrator, {"sla": bare.url("sla")})
        made = "select count(*) from pg_inherits where inhparent = 'sla.outbox'::regclass"
        assert await session.fetchval(made) == 9


ODD = """a:b'c"d\\e:f%g$$h\\:i${j} é"""


async def test_any_secret_and_any_name_will_do(bare: Bare) -> None:
    url = bare.url("sla", login="""o:d'd" %s""", secret=ODD)
    await migrate(bare.administrator, {"sla": url})
    async with a_session(url) as session:
        assert await session.fetchval("select current_user") == f"""{bare.name}_o:d'd" %s"""
        assert await session.fetchval("select count(*) from sla.head") == 0


async def test_no_error_shows_the_secret(bare: Bare) -> None:
    """Here the administrator may set nobody's: neither the error nor its context, which the server logs, names it."""
    await migrate(bare.administrator, {"sla": bare.url("sla"), "routing": bare.url("routing")})
    with pytest.raises(DBAPIError, match=r"the secret of .*_sla cannot be set: permission denied") as caught:
        await migrate(bare.url("routing"), {"sla": bare.url("sla", secret="hunter2-of-a-test")})
    shown, seen = "", caught.value.__cause__
    while seen is not None:
        shown, seen = f"{shown} {seen!r} {vars(seen)}", seen.__cause__
    assert "PL/pgSQL" in shown
    assert "hunter2" not in f"{shown} {caught.value!r} {caught.value} {vars(caught.value)}"


async def test_an_administrator_need_not_be_a_superuser(bare: Bare) -> None:
    async with a_session(bare.administrator) as session:
        await session.execute(f"create role {bare.name}_boss login createrole password 'of-a-test'")
        await session.execute(f"alter database {bare.name} owner to {bare.name}_boss")
    for _ in range(2):
        await migrate(bare.url("", login="boss"), {"sla": bare.url("sla")})
    async with a_session(bare.url("sla")) as session:
        assert await session.fetchval("select count(*) from sla.head") == 0


@pytest.mark.parametrize(
    ("urls", "says"),
    [
        ({"sla": "{admin}"}, "the administrator"),
        ({"sla": "{own}", "routing": "{own}"}, "routing has the login role of sla"),
        ({"sla": "postgresql+asyncpg://host/x"}, "no login role"),
        ({"sla": "postgresql+asyncpg://" + "r" * 60 + "@host/x"}, "no login role"),
    ],
    ids=["the administrator's", "shared by two", "none", "one whose owner's name would be cut"],
)
async def test_a_login_role_that_cannot_be_its_own_is_refused(urls: dict[str, str], says: str, bare: Bare) -> None:
    given = {name: url.format(admin=bare.administrator, own=bare.url("sla")) for name, url in urls.items()}
    with pytest.raises(OddLogin, match=says):
        await migrate(bare.administrator, given)


@pytest.mark.parametrize("power", ["superuser", "bypassrls"])
async def test_a_role_that_sees_past_row_level_security_serves_nobody(bare: Bare, power: str) -> None:
    async with a_session(bare.administrator) as session:
        await session.execute(f"create role {bare.name}_sla login {power}")
    with pytest.raises(DBAPIError, match="row-level security"):
        await migrate(bare.administrator, {"sla": bare.url("sla")})


OWNED = """
select (select count(*) from pg_class where relowner = current_user::regrole)
  + (select count(*) from pg_proc where proowner = current_user::regrole)
  + (select count(*) from pg_namespace where nspowner = current_user::regrole)
"""

DENIED = [
    "create table {own}.mine (n int)",
    "create table public.mine (n int)",
    "create schema mine",
    "alter table head add column n int",
    "drop table outbox_default",
    "alter table outbox disable row level security",
    "truncate head",
    "create function mine() returns int language sql as 'select 1'",
    "update audit set actor = 'staff:otto'",
    "delete from audit",
    "truncate audit",
    "update audit_link set n = n + 1",
    "delete from audit_link",
    "truncate audit_link",
    "update chassis_version set version_num = 'x'",
    "delete from service_version",
    "update test_clock set ahead = '1 day'",
    "set role {login}_owner",
    "create role mine",
]


@pytest.mark.parametrize("statement", DENIED)
@pytest.mark.parametrize("service", SERVICES)
async def test_a_login_role_has_data_rights_only(place: Place, service: str, statement: str) -> None:
    login = f"{place.namespace}_{service}"
    async with a_session(place.url(service)) as session:
        await session.execute(f"set search_path = {service}")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await session.execute(statement.format(own=service, login=login))
        assert await session.fetchval(OWNED) == 0


@pytest.mark.parametrize(("service", "other"), list(permutations(SERVICES, 2)))
async def test_a_login_role_reaches_no_other_schema(place: Place, service: str, other: str) -> None:
    async with a_session(place.url(service)) as session:
        for statement in (f"select from {other}.head", f"delete from {other}.outbox", f"select {other}.baton_now()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await session.execute(statement)


async def test_only_a_test_database_has_a_clock_that_can_be_moved(bare: Bare) -> None:
    await migrate(bare.administrator, {"sla": bare.url("sla")})
    async with a_session(bare.administrator) as session:
        assert await session.fetchval("select to_regclass('sla.test_clock')") is None
        off = await session.fetchval("select abs(extract(epoch from sla.baton_now() - clock_timestamp()))")
        assert off < 0.1


START = """
from services.chassis.migrations_kit import protect, run_sql
revision, down_revision = "shelf0001", None
def upgrade():
    run_sql("create table shelf (site text, n int); insert into shelf values ('eastmere', 1)")
    protect("shelf", "site")
"""

BACKFILL = """
from services.chassis.migrations_kit import run_sql
revision, down_revision = "shelf0002", "shelf0001"
def upgrade():
    run_sql("update shelf set n = 2")
"""


async def test_a_later_release_fills_protected_rows_and_grants_its_tables(
    bare: Bare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner role is bound by row-level security as well; and a checkout may lie in a folder with any name."""
    services = tmp_path / f"100% odd: {secrets.token_hex(2)}"
    shutil.copytree(Path(module.__file__).parent / "migrations", services / "chassis" / "migrations")
    own = services / "shelf" / "migrations"
    own.mkdir(parents=True)
    monkeypatch.setattr(module, "_SERVICES", services)
    url = bare.url("shelf")
    await migrate(bare.administrator, {"shelf": url})
    (own / "0001_pre_start.py").write_text(START)
    await migrate(bare.administrator, {"shelf": url})
    (own / "0002_pre_fill.py").write_text(BACKFILL)
    await migrate(bare.administrator, {"shelf": url})
    async with a_session(url) as session:
        assert await session.fetch("select * from shelf.shelf") == []
        await session.execute("select set_config('baton.scope', '*', false); set search_path = shelf")
        assert [tuple(row) for row in await session.fetch("select * from shelf")] == [("eastmere", 2)]
