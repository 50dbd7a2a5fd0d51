"""Roles, schemas and migrations of every service: `baton migrate`, as the administrator; idempotent.

One schema and one login role per service; tables belong to a NOLOGIN owner role `<login>_owner`. The login role has
data rights on its own schema only. The chassis' migrations run first in every schema, then the service's own.
"""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from services.chassis.faults import is_transient, sqlstate_of

_SERVICES: Final = Path(__file__).parent.parent
_LOCK: Final = 0x6261746F6E
"""advisory lock: one migration of a database at a time ("baton")"""

_TRIES: Final = 5

_OWNER: Final = "_owner"
_LONGEST_NAME: Final = 63 - len(_OWNER)
"""Bytes of a login's name: PostgreSQL cuts names at 63 without a word, and a cut owner could be the login itself."""

_TOLD: Final = text(
    "select set_config('baton.schema', :schema, false), set_config('baton.login', :login, false),"
    " set_config('baton.owner', :owner, false), set_config('baton.secret', :secret, true)"
)
"""Names and the secret travel as values: no quoting of ours, and no error shows a statement with the secret in it."""

_ROLES: Final = """
do $$
declare
  schema text := current_setting('baton.schema');
  login text := current_setting('baton.login');
  owner text := current_setting('baton.owner');
begin
  if exists (select from pg_roles where rolname = login and (rolsuper or rolbypassrls)) then
    raise exception 'the login role of % sees past row-level security; name a role of its own', schema;
  end if;
  if not exists (select from pg_roles where rolname = owner) then
    execute format('create role %I nologin', owner);
  end if;
  if not exists (select from pg_roles where rolname = login) then
    execute format('create role %I login', login);
  end if;
  if current_setting('baton.secret') <> '' then
    begin
      execute format('alter role %I password %L', login, current_setting('baton.secret'));
    exception when others then  -- told anew: this error's context would carry the statement into the server's log
      raise exception 'the secret of % cannot be set: %', login, sqlerrm using errcode = sqlstate;
    end;
  end if;
  if not pg_has_role(current_user, owner, 'set') then  -- an administrator that is no superuser
    execute format('grant %I to current_user', owner);
  end if;
  execute format('create schema if not exists %I authorization %I', schema, owner);
  execute format('revoke all on schema %I from public', schema);
  execute format('grant usage on schema %I to %I', schema, login);
end $$
"""

_SESSION: Final = """
select set_config('role', current_setting('baton.owner'), false),
  set_config('search_path', quote_ident(current_setting('baton.schema')), false),
  set_config('baton.scope', '*', false), set_config('lock_timeout', '2s', false),
  set_config('transaction_timeout', '0', false)
"""
"""The owner is bound by row-level security too: without a scope a backfill would change nothing and say nothing."""

_GRANTS: Final = """
do $$
declare
  schema text := current_setting('baton.schema');
  login text := current_setting('baton.login');
  kept record;
begin
  for kept in select relname from pg_class where relnamespace = quote_ident(schema)::regnamespace and not relispartition
                                                 and relkind in ('r', 'p', 'v') loop
    execute format('grant select, insert, update, delete on %I.%I to %I', schema, kept.relname, login);
  end loop;
  execute format('grant usage on all sequences in schema %I to %I', schema, login);
  execute format('grant execute on all functions in schema %I to %I', schema, login);
  for kept in select * from (values
      ('audit', 'update, delete'), ('audit_link', 'update, delete'), ('chassis_version', 'insert, update, delete'),
      ('service_version', 'insert, update, delete'), ('test_clock', 'insert, update, delete')) as t(name, rights) loop
    if to_regclass(format('%I.%I', schema, kept.name)) is not null then
      execute format('revoke %s on %I.%I from %I', kept.rights, schema, kept.name, login);
    end if;
  end loop;
end $$
"""
"""Data rights on this schema; the audit is only added to, versions and the test clock are the administrator's, and a
partition is reached through its table."""

_TEST_CLOCK: Final = (
    "create table if not exists test_clock (one boolean primary key default true check (one), ahead interval not null)",
    "insert into test_clock values (true, '0') on conflict do nothing",
    "create or replace function baton_now() returns timestamptz language sql volatile as "
    "$$ select clock_timestamp() + (select ahead from test_clock) $$",
    "create or replace function baton_time(at timestamptz) returns timestamptz language sql stable as "
    "$$ select at + (select ahead from test_clock) $$",
)

_DAYS: Final = """
select outbox_day_make((clock_timestamp() at time zone 'UTC')::date + ahead) from generate_series(0, 7) as ahead
"""
_LATER: Final = frozenset({"55P03", "42P07"})
"""a busy writer, or a relay that made the day a moment earlier"""


class OddLogin(ValueError):
    """A service's address names no login role that could be its own."""


async def migrate(
    administrator: str,
    services: Mapping[str, str],
    *,
    test_clock: bool = False,
    say: Callable[[str], None] = lambda _: None,
) -> None:
    """Bring every schema to this release. `services` maps a service's name to its database URL (login and secret).

    Raises:
        OddLogin: two services share a login role, or one has the administrator's, none, or one with too long a name.
    """
    urls = {name: make_url(url) for name, url in services.items()}
    _check_logins(make_url(administrator), urls)
    engine = create_async_engine(administrator, poolclass=NullPool, hide_parameters=True)
    try:
        for name, url in urls.items():
            await _with_retries(engine, name, url, test_clock)
            say(f"{name}: schema is up to date")
    finally:
        await engine.dispose()


def _check_logins(administrator: URL, urls: Mapping[str, URL]) -> None:
    taken = {administrator.username: "the administrator"}
    for name, url in urls.items():
        if not url.username or len(url.username.encode()) > _LONGEST_NAME:
            raise OddLogin(f"the address of {name} names no login role of 1 to {_LONGEST_NAME} bytes")
        if url.username in taken:
            raise OddLogin(f"{name} has the login role of {taken[url.username]}")
        taken[url.username] = name


async def _with_retries(engine: AsyncEngine, name: str, url: URL, test_clock: bool) -> None:
    """Each try on a connection of its own: what a broken one had set, role and lock included, is gone with it."""
    for attempt in range(1, _TRIES + 1):
        try:
            async with engine.connect() as connection:
                await _one(connection, name, url, test_clock)
            return
        except Exception as error:
            if attempt == _TRIES or not is_transient(error):
                raise
            await asyncio.sleep(0.5 * attempt)


async def _one(connection: AsyncConnection, name: str, url: URL, test_clock: bool) -> None:
    await connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": _LOCK})
    told = {"schema": name, "login": url.username, "owner": f"{url.username}{_OWNER}", "secret": url.password or ""}
    await connection.execute(_TOLD, told)
    await connection.exec_driver_sql(_ROLES)
    await connection.commit()
    await connection.exec_driver_sql(_SESSION)
    await connection.commit()
    await connection.run_sync(_upgrade, name, _SERVICES / "chassis" / "migrations", "chassis_version")
    await connection.run_sync(_upgrade, name, _SERVICES / name / "migrations", "service_version")
    for statement in _TEST_CLOCK if test_clock else ():
        await connection.exec_driver_sql(statement)
    await connection.exec_driver_sql(_GRANTS)
    await connection.commit()
    await _make_days(connection)


async def _make_days(connection: AsyncConnection) -> None:
    """Today's outbox partition and the next seven; what cannot be had now is made at start and by the relay's look."""
    try:
        await connection.exec_driver_sql(_DAYS)
        await connection.commit()
    except DBAPIError as error:
        await connection.rollback()
        if sqlstate_of(error) not in _LATER:
            raise


def _upgrade(connection: Connection, schema: str, folder: Path, version_table: str) -> None:
    """Run one folder's migrations to its newest, each in its own transaction."""
    if not any(folder.glob("[0-9]*.py")):
        return
    config = Config()
    place = str(folder).replace("%", "%%")  # alembic reads these as an ini file would
    config.set_main_option("script_location", place)
    config.set_main_option("version_locations", place)
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    with EnvironmentContext(config, script, fn=lambda rev, _: script._upgrade_revs("head", rev)) as environment:
        environment.configure(
            connection=connection,
            version_table=version_table,
            version_table_schema=schema,
            transaction_per_migration=True,
        )
        with environment.begin_transaction():
            environment.run_migrations()
    connection.commit()
