"""Cursor rows: one per reader and key, locked in key order before anything else is (the house's lock order)."""

from collections.abc import Iterable, Mapping
from typing import Final

from services.chassis.consume.rules import Cursor
from services.chassis.work import Work

_LOCK: Final = """
with locked as materialized (
  select key, version, last_id, parked from reader_cursor
  where stream = $1 and key = any($2::text[]) order by key for update
), made as (
  insert into reader_cursor (stream, key, version)
  select $1, key, 0 from unnest($2::text[]) as k(key) where key not in (select key from locked) order by key
  on conflict do nothing returning key
)
select key, version, last_id, parked from locked union all select key, 0, null, false from made
"""
"""A new key's row is made here: a second owner of the partition waits for it instead of applying beside us."""

SAVE: Final = """
update reader_cursor as c set version = s.version, last_id = s.last_id, parked = s.parked
from unnest($2::text[], $3::bigint[], $4::uuid[], $5::boolean[]) as s(key, version, last_id, parked)
where c.stream = $1 and c.key = any($2::text[]) and c.key = s.key
"""
"""Moved cursors of stream $1; `columns` are the other four parameters."""


async def lock(work: Work, stream: str, keys: Iterable[str]) -> dict[str, Cursor]:
    """The cursors of these keys, locked until commit. One statement; one more if another owner made rows meanwhile."""
    wanted = sorted(set(keys))
    found: dict[str, Cursor] = {}
    while len(found) < len(wanted):
        for row in await work.fetch(_LOCK, stream, [key for key in wanted if key not in found]):
            found[row["key"]] = Cursor(row["version"], row["last_id"], row["parked"])
    return found


async def save(work: Work, stream: str, cursors: Mapping[str, Cursor]) -> None:
    """Write moved cursors; they are locked by this work. One statement."""
    await work.run(SAVE, stream, *columns(cursors))


def columns(cursors: Mapping[str, Cursor]) -> tuple[list[object], ...]:
    """Keys in order, their versions, last ids and parked marks."""
    keys = sorted(cursors)
    moved = [cursors[key] for key in keys]
    return ([*keys], [one.version for one in moved], [one.last_id for one in moved], [one.parked for one in moved])
