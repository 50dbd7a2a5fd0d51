"""Reading the desk: open leads of the caller's sites, one lead with its explanation, and duplicates under it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.chassis.work import Work
from services.routing.leads.rules.lead import Lead
from services.routing.leads.storage.rows import lead_from

_OPEN: Final = """
select * from lead where closed_at is null and duplicate_of is null and (not is_test or $1)
order by received_at, id limit $2
"""

_OPEN_OF_OWNER: Final = """
select * from lead where closed_at is null and duplicate_of is null and (not is_test or $1) and owner = $3
order by received_at, id limit $2
"""

_DUPLICATES: Final = """
select duplicate_of, count(*) as n from lead where duplicate_of = any($1::uuid[]) group by duplicate_of
"""

_EXPLANATION: Final = """
select at, owner, backup, pool, reason, load, capacity, candidates from assignment where lead = $1 order by at, id
"""


async def open_leads(work: Work, *, owner: str | None, tests: bool, limit: int) -> list[Lead]:
    """Open leads the caller may see, oldest first; confirmed duplicates stand under their primary instead."""
    if owner is None:
        rows = await work.fetch(_OPEN, tests, limit)
    else:
        rows = await work.fetch(_OPEN_OF_OWNER, tests, limit, owner)
    return [lead_from(row) for row in rows]


async def duplicates_of(work: Work, leads: list[UUID]) -> Mapping[UUID, int]:
    """How many confirmed duplicates stand under each."""
    return {row["duplicate_of"]: row["n"] for row in await work.fetch(_DUPLICATES, leads)}


async def lead_as_it_is(work: Work, lead: UUID) -> Lead | None:
    """One lead the caller may see."""
    row = await work.one("select * from lead where id = $1", lead)
    return lead_from(row) if row else None


async def lead_for_update(work: Work, lead: UUID) -> Lead | None:
    """One lead the caller may see, locked."""
    row = await work.one("select * from lead where id = $1 for update", lead)
    return lead_from(row) if row else None


async def explanations(work: Work, lead: UUID) -> list[dict[str, Any]]:
    """Every assignment of a lead and why, oldest first."""
    return [{**dict(row), "at": _written(row["at"])} for row in await work.fetch(_EXPLANATION, lead)]


def _written(at: datetime) -> str:
    return at.isoformat()
