"""A service's schema copied under load and put back later, with PostgreSQL's own programs.

Beside what a restore does, two schemas are left for who judges it: `before` has the service's tables as they were last,
`copied` as the copy held them when it was put back.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

import asyncpg
from sqlalchemy import make_url

from deploy.local.account import other_account
from deploy.local.addresses import quiet
from deploy.local.binaries import postgresql_programs
from deploy.local.places import cache_folder
from tests.faults.stand.layout import ROOT
from tests.faults.stand.places import python_environment

BEFORE: Final = "before"
COPIED: Final = "copied"

_WITHIN: Final = 120.0
_TABLES: Final = """
select relname from pg_class where relnamespace = $1::text::regnamespace and relkind in ('r', 'p')
and not relispartition
"""


class ProgramFailed(RuntimeError):
    """pg_dump or pg_restore ended with an error; its last words."""


async def copy_schema(administrator: str, service: str, file: Path) -> None:
    """pg_dump it; writers may write meanwhile."""
    await _program(administrator, "pg_dump", "--format=custom", f"--schema={service}", f"--file={file}")


async def put_back(administrator: str, service: str, file: Path) -> None:
    """Drop the schema and pg_restore the copy; no process of the service may be connected."""
    admin = await asyncpg.connect(administrator.replace("+asyncpg", ""))
    try:
        await _keep(admin, service, BEFORE)
        await admin.execute(f'drop schema "{service}" cascade')
        into = f"--dbname={make_url(administrator).database}"
        await _program(administrator, "pg_restore", "--exit-on-error", into, str(file))
        await _keep(admin, service, COPIED)
    finally:
        await admin.close()


async def _keep(admin: "asyncpg.Connection[asyncpg.Record]", service: str, name: str) -> None:
    await admin.execute(f'create schema "{name}"')
    for row in await admin.fetch(_TABLES, service):
        table = row["relname"]
        await admin.execute(f'create table "{name}"."{table}" as select * from "{service}"."{table}"')


async def _program(administrator: str, name: str, *words: str) -> None:
    url = make_url(administrator)
    programs = await asyncio.to_thread(_programs)
    told = python_environment() | {
        "PGHOST": str(url.host),
        "PGPORT": str(url.port),
        "PGUSER": str(url.username),
        "PGPASSWORD": str(url.password),
        "PGDATABASE": str(url.database),
    }
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(programs / "bin" / name, *words, env=told, stderr=pipe)
    try:
        async with asyncio.timeout(_WITHIN):
            _, said = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise ProgramFailed(f"{name}: {said.decode(errors='replace')[-2000:]}")


def _programs() -> Path:
    return postgresql_programs(cache_folder(os.environ, ROOT / ".baton"), other_account(), quiet)
