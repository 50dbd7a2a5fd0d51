"""Reading and writing leads; locks said in the names, ids in order."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Final
from uuid import UUID

from services.chassis.work import Work
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage.rows import as_document, lead_from

_INSERT: Final = """
insert into lead select * from jsonb_populate_recordset(null::lead, $1::jsonb) order by id on conflict (id) do nothing
"""

_CHANGED: Final = """
stage status milestones owner backup pool waiting waiting_since checked duplicate_of attempts blockers
next_action next_who next_due close_reason closed_at
deadline_at deadline_state alert_level alert_acknowledged parked version
"""

_SAVE: Final = (
    f"update lead l set {', '.join(f'{name} = r.{name}' for name in _CHANGED.split())} "  # noqa: S608 - names of this file
    "from jsonb_populate_recordset(null::lead, $1::jsonb) r where l.id = any($2::uuid[]) and l.id = r.id"
)

_BY_ID: Final = "select * from lead where id = any($1::uuid[]) order by id"

_WAITS: Final = "waiting is not null and closed_at is null"
_IN_TURN: Final = "order by priority <> 'urgent', received_at, id"

_OF_ROOM: Final = f"select * from lead where pool = room.name and {_WAITS} {_IN_TURN}"  # noqa: S608 - as below

_WAITING: Final = f"""
select l.* from unnest($1::text[]) as room(name) cross join lateral ({_OF_ROOM} limit $2 for update skip locked) as l
"""  # noqa: S608 - made of constants of this file

_WAITING_ANYWHERE: Final = f"""
with recursive one(name) as (
  (select pool from lead where {_WAITS} and pool is not null order by pool limit 1) union all
  select (select pool from lead where {_WAITS} and pool > one.name order by pool limit 1) from one
  where one.name is not null
), room as materialized (select name from one where name is not null order by random()
), found as (
  select l.* from room cross join lateral ({_OF_ROOM} limit $1 for update skip locked) as l limit $2
), homeless as (select * from lead where pool is null and {_WAITS} {_IN_TURN} limit $1 for update skip locked)
select * from found union all select * from homeless
"""  # noqa: S608 - made of constants of this file
"""Room by room along the index, whatever else waits: to sort all who wait would cost more the more they are. Under row
security an index serves bare columns only (PostgreSQL takes `coalesce` for a leak): leads without a pool stand apart.
"""

_ORPHANS: Final = """
select d.* from lead d
cross join lateral (select owner, backup, close_reason from lead where id = d.duplicate_of offset 0) as p
where d.duplicate_of is not null and d.closed_at is null and (p.close_reason = 'sent_in_error'
  or (p.owner is not null and (d.owner, d.backup) is distinct from (p.owner, p.backup)))
order by d.id limit $1 for update of d skip locked
"""


async def insert_leads(work: Work, leads: Iterable[Lead]) -> None:
    """New leads, in id order."""
    await work.run(_INSERT, as_document(leads))


async def save_leads(work: Work, leads: Iterable[Lead]) -> None:
    """Changed leads, whole; the caller holds them locked."""
    changed = list(leads)
    if changed:
        await work.run(_SAVE, as_document(changed), [lead.id for lead in changed])


async def leads_for_update(work: Work, ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """These leads, locked in id order; one that is not open here yet is not in the answer."""
    wanted = list(set(ids))
    rows = await work.fetch(f"{_BY_ID} for update", wanted) if wanted else []
    return {row["id"]: lead_from(row) for row in rows}


async def leads_as_they_are(work: Work, ids: Iterable[UUID]) -> dict[UUID, Lead]:
    """These leads, read without a lock."""
    wanted = list(set(ids))
    rows = await work.fetch(_BY_ID, wanted) if wanted else []
    return {row["id"]: lead_from(row) for row in rows}


async def lock_those_free(work: Work, ids: Iterable[UUID]) -> set[UUID]:
    """Lock what nobody else holds, in id order; answers those locked (the ticker's way)."""
    sql = "select id from lead where id = any($1::uuid[]) order by id for update skip locked"
    return {row["id"] for row in await work.fetch(sql, list(ids))}


async def waiting_for_update(work: Work, *, limit: int, pools: Iterable[str]) -> list[Lead]:
    """Who waits for these pools and is held by nobody else, up to `limit` each, the urgent and the oldest first."""
    return [lead_from(row) for row in await work.fetch(_WAITING, sorted(set(pools)), limit)]


async def waiting_anywhere_for_update(work: Work, *, each: int, limit: int) -> list[Lead]:
    """The same of all waiting rooms, in any order, up to `each` of one: a room that stays full keeps no other back."""
    return [lead_from(row) for row in await work.fetch(_WAITING_ANYWHERE, each, limit)]


async def orphans_for_update(work: Work, limit: int) -> list[Lead]:
    """Confirmed duplicates whose owner is not, or no longer, their primary's, or whose primary was taken back."""
    return [lead_from(row) for row in await work.fetch(_ORPHANS, limit)]


async def mark_parked(work: Work, keys: Iterable[str]) -> None:
    """Show for these leads whether any of their facts wait for repair, as the parked rows stand now."""
    await work.run(
        "update lead l set parked = now_parked, version = version + 1 from (select id, exists "
        "(select from parked p where p.key = id::text) as now_parked from lead where id = any($1::uuid[]) "
        "order by id for update) as k where l.id = k.id and l.parked <> now_parked",
        sorted(_ids(keys)),
    )


def _ids(keys: Iterable[str]) -> Iterator[UUID]:
    """Keys that may name a lead: a broken fact may be parked under anything."""
    for key in set(keys):
        with suppress(ValueError):
            yield UUID(key)
