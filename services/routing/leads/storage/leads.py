"""Reading and writing leads; locks said in the names, ids in order."""

from collections.abc import Iterable
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
    "from jsonb_populate_recordset(null::lead, $1::jsonb) r where l.id = r.id"
)

_BY_ID: Final = "select * from lead where id = any($1::uuid[]) order by id"

_WAITING: Final = """
select l.* from lead l join (
  select id, row_number() over (partition by coalesce(pool, route) order by priority <> 'urgent', received_at, id) as n
  from lead where waiting is not null and closed_at is null
    and (($1::text[] = '{}' and $2::text[] = '{}') or route = any($1) or pool = any($2))
) as place using (id)
where l.waiting is not null and l.closed_at is null order by n, l.received_at, l.id limit $3 for update of l skip locked
"""


async def insert_leads(work: Work, leads: Iterable[Lead]) -> None:
    """New leads, in id order."""
    await work.run(_INSERT, as_document(leads))


async def save_leads(work: Work, leads: Iterable[Lead]) -> None:
    """Changed leads, whole; the caller holds them locked."""
    changed = list(leads)
    if changed:
        await work.run(_SAVE, as_document(changed))


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


async def waiting_for_update(
    work: Work, *, limit: int, routes: Iterable[str] = (), pools: Iterable[str] = ()
) -> list[Lead]:
    """Leads that wait and that nobody else holds, the urgent and the oldest of each waiting room first.

    Of all rooms when none is named, each in its turn: one that stays full never keeps another from being served.
    """
    rows = await work.fetch(_WAITING, sorted(set(routes)), sorted(set(pools)), limit)
    return [lead_from(row) for row in rows]


async def orphans_for_update(work: Work, limit: int) -> list[Lead]:
    """Confirmed duplicates whose owner is not, or no longer, their primary's."""
    rows = await work.fetch(
        "select d.* from lead d join lead p on p.id = d.duplicate_of where d.closed_at is null and p.owner is not null "
        "and (d.owner, d.backup) is distinct from (p.owner, p.backup) order by d.id limit $1 "
        "for update of d skip locked",
        limit,
    )
    return [lead_from(row) for row in rows]


async def mark_parked(work: Work, keys: Iterable[str]) -> None:
    """Show for these leads whether any of their facts wait for repair, as the parked rows stand now."""
    await work.run(
        "update lead l set parked = now_parked, version = version + 1 from (select id, exists "
        "(select from parked p where p.key = id::text) as now_parked from lead where id::text = any($1::text[]) "
        "order by id for update) as k where l.id = k.id and l.parked <> now_parked",
        sorted(set(keys)),
    )
