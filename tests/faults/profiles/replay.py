"""Every topic once more from its first record, at rest: nothing may change, nothing may be said (P6)."""

import asyncio
import json
from typing import TYPE_CHECKING, Final

import asyncpg

from tests.faults.world import SERVICES, World

if TYPE_CHECKING:
    from tests.faults.stand.stand import Stand

READING: Final = ("routing", "sla", "reporting")
FILE: Final = "replay.json"

# What may differ: where readers and relays stand, and what watermarks were heard meanwhile.
_MOVES: Final = {"reader", "reader_position", "heard", "relay_lease", "relay_member"}

Digest = dict[str, str]
"""`routing.lead` -> `<rows> <md5 over all rows>`"""


async def replay(stand: "Stand", within: float) -> None:
    """Read all of it again with every reader, and write down what the tables were before and after."""
    readers = [role for name, role in stand.roles.items() if name.split(".")[1] == "consume"]
    quiet = [role for name, role in stand.roles.items() if name.split(".")[1] in ("consume", "tick", "send", "api")]
    for role in quiet:
        await role.terminate()
    admin = await asyncpg.connect(stand.world.administrator.replace("+asyncpg", ""))
    try:
        before, ends = await digest(admin), await _positions(admin)
        for service in READING:
            await admin.execute(f"update {service}.reader_position set next_offset = 0")
        for role in readers:
            await role.start()
        async with asyncio.timeout(within):
            while await _positions(admin) != ends:
                await asyncio.sleep(0.5)
        after = await digest(admin)
    finally:
        await admin.close()
    _write(stand.world, before, after, sum(ends.values()))
    for role in quiet:
        if role not in readers:
            await role.start()


async def digest(admin: "asyncpg.Connection[asyncpg.Record]") -> Digest:
    """One line a table, computed by the server."""
    found: Digest = {}
    for service in SERVICES:
        tables = await admin.fetch(
            "select relname from pg_class where relnamespace = $1::text::regnamespace and relkind in ('r', 'p') "
            "and not relispartition order by relname",
            service,
        )
        for row in tables:
            name = row["relname"]
            if name not in _MOVES:
                sums = 'select count(*) as n, sum(hashtextextended(t::text, 7)) as h from {}."{}" t'
                told = await admin.fetchrow(sums.format(service, name))
                assert told is not None
                found[f"{service}.{name}"] = f"{told['n']} {told['h']}"
    return found


async def _positions(admin: "asyncpg.Connection[asyncpg.Record]") -> dict[str, int]:
    found = {}
    for service in READING:
        for row in await admin.fetch(f"select topic, partition, next_offset from {service}.reader_position"):
            found[f"{service} {row['topic']} {row['partition']}"] = int(row["next_offset"])
    return found


def _write(world: World, before: Digest, after: Digest, records: int) -> None:
    (world.folder / FILE).write_text(json.dumps({"records": records, "before": before, "after": after}, indent=1))
