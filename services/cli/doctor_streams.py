"""Heads against cursors, key by key: what a service said last is what each reader applied last."""

from collections.abc import AsyncIterator, Sequence
from typing import Final

from contracts.streams import STREAMS
from services.chassis.database import Database
from services.chassis.process.world import Serving
from services.chassis.service import Breach
from services.cli.doctor_laws import ACTOR, MOST, Verdict

_PAGE: Final = 5000

# Collation C is the order of Python's strings, on whatever servers the two tables lie.
_HEADS: Final = """
select key, version from head where stream = $1 and key collate "C" > $2 order by key collate "C" limit $3
"""
_CURSORS: Final = """
select key, version from reader_cursor where stream = $1 and key collate "C" > $2 order by key collate "C" limit $3
"""

Versions = AsyncIterator[tuple[str, int]]


async def streams_agree(world: Sequence[Serving]) -> list[Verdict]:
    """One verdict for each stream and reader."""
    databases = {one.name: one.parts.database for one in world}
    return [
        await _compare(name, databases[stream.said_by], reader, databases[reader])
        for name, stream in STREAMS.items()
        for reader in stream.read_by
    ]


async def _compare(stream: str, producer: Database, reader: str, consumer: Database) -> Verdict:
    law = f"{reader} applied all that was said on {stream}"
    said, applied = _versions(producer, _HEADS, stream), _versions(consumer, _CURSORS, stream)
    head, cursor = await _next(said), await _next(applied)
    checked = 0
    broken: list[Breach] = []
    while (head or cursor) and len(broken) < MOST:
        key = min(one[0] for one in (head, cursor) if one)
        last_said = head[1] if head and head[0] == key else 0
        last_applied = cursor[1] if cursor and cursor[0] == key else 0
        checked += 1
        if last_said != last_applied:
            broken.append(Breach(law, key, f"version {last_said} was said last, {last_applied} applied"))
        head = await _next(said) if last_said else head
        cursor = await _next(applied) if last_applied else cursor
    return Verdict(law, checked, broken)


async def _versions(database: Database, sql: str, stream: str) -> Versions:
    """Keys and versions in order, a page a transaction: no transaction is open for long."""
    after = ""
    while True:
        async with database.work(ACTOR) as work:
            rows = await work.fetch(sql, stream, after, _PAGE)
        for row in rows:
            yield row["key"], row["version"]
        if len(rows) < _PAGE:
            return
        after = rows[-1]["key"]


async def _next(versions: Versions) -> tuple[str, int] | None:
    return await anext(versions, None)
