"""What each process holds, every ten seconds, for the law that nothing grows: memory, open files, threads, sessions."""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final

import asyncpg

from tests.faults.away import DATABASE_AWAY
from tests.faults.history import History
from tests.faults.stand.roles import Role, resources_of
from tests.faults.stand.servers import Server

EVERY: Final = 10.0
FILE: Final = "resources.jsonl"

_PATIENCE: Final = 2.0
_SESSIONS: Final = """
select application_name, count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() group by 1
"""


async def sample_for_ever(
    roles: Mapping[str, Role], servers: Mapping[str, Server], administrator: str, told: History
) -> None:
    """One `resources` line each time: `roles` and `servers` by name, `sessions` by application_name.

    `sessions` is null while PostgreSQL does not answer.
    """
    while True:
        await asyncio.sleep(EVERY)
        held = {name: found | {"pid": role.pid} for name, role in roles.items() if (found := _held(role.pid))}
        beneath = {name: found for name, server in servers.items() if (found := _held(server.pid))}
        await told.write("resources", roles=held, servers=beneath, sessions=await sessions(administrator))


async def sessions(administrator: str) -> dict[str, int] | None:
    """Connections by application_name; None when PostgreSQL does not answer."""
    try:
        async with asyncio.timeout(_PATIENCE):
            connection = await asyncpg.connect(administrator.replace("+asyncpg", ""))
            try:
                return {row["application_name"]: row["count"] for row in await connection.fetch(_SESSIONS)}
            finally:
                connection.terminate()
    except DATABASE_AWAY:
        return None


def _held(pid: int | None) -> dict[str, Any]:
    found = resources_of(pid)
    return asdict(found) if found is not None else {}
