"""What sla said of leads that are not open here yet: streams have no order between them (a restored database reads its
alerts again before its referrals).
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from uuid import UUID

import asyncpg

from services.chassis.work import Work
from services.routing.leads.rules.lead import Lead, Mark

_COLUMNS: Final = "lead, deadline_at, deadline_state, alert_level, alert_acknowledged"

_SAVE: Final = f"""
insert into early_mark (site, {_COLUMNS})
select * from unnest($1::text[], $2::uuid[], $3::timestamptz[], $4::text[], $5::text[], $6::boolean[])
  as said(site, {_COLUMNS}) order by lead
on conflict (lead) do update set deadline_at = excluded.deadline_at, deadline_state = excluded.deadline_state,
  alert_level = excluded.alert_level, alert_acknowledged = excluded.alert_acknowledged
"""  # noqa: S608 - names of this file

_READ: Final = f"select {_COLUMNS} from early_mark where lead = any($1::uuid[])"  # noqa: S608
_TAKE: Final = f"delete from early_mark where lead = any($1::uuid[]) returning {_COLUMNS}"  # noqa: S608


async def early_marks(work: Work, leads: Iterable[UUID]) -> dict[UUID, Mark]:
    """What was said so far; the caller has met whoever opens these leads."""
    return _marks(await work.fetch(_READ, list(leads)))


async def keep_early(work: Work, marks: Mapping[UUID, Mark], sites: Mapping[UUID, str]) -> None:
    """Keep these until their leads open: one statement."""
    leads = sorted(marks)
    await work.run(
        _SAVE,
        [sites[lead] for lead in leads],
        leads,
        [marks[lead].deadline_at for lead in leads],
        [marks[lead].deadline_state for lead in leads],
        [marks[lead].alert_level for lead in leads],
        [marks[lead].alert_acknowledged for lead in leads],
    )


async def with_early_marks(work: Work, leads: Mapping[UUID, Lead]) -> dict[UUID, Lead]:
    """These leads, just opened, with what was kept for them; it is kept no longer."""
    taken = _marks(await work.fetch(_TAKE, list(leads)))
    return {lead: replace(row, mark=taken.get(lead, row.mark)) for lead, row in leads.items()}


def _marks(rows: "Iterable[asyncpg.Record]") -> dict[UUID, Mark]:
    return {row["lead"]: Mark(**{name: value for name, value in row.items() if name != "lead"}) for row in rows}
