"""Counter rows of staff: the hard capacity lives here, in a constraint of the table."""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from contracts.envelope import Fact
from contracts.network.facts import StaffDefined
from services.chassis.copies import Copies
from services.chassis.work import Work
from services.routing.staff.rules import Load

_DEFINE: Final = """
insert into staff_load as l (staff, capacity, hard, weight)
select staff, capacity, capacity, weight from unnest($1::text[], $2::int[], $3::int[]) as said(staff, capacity, weight)
order by staff
on conflict (staff) do update
set capacity = excluded.capacity, weight = excluded.weight, hard = greatest(excluded.capacity, l.open)
"""

_LOCK: Final = """
select staff, capacity, hard, weight, open, turn from staff_load where staff = any($1::text[]) order by staff for update
"""

_SAVE: Final = """
update staff_load l set open = r.open, hard = r.hard, turn = r.turn
from jsonb_to_recordset($1::jsonb) as r(staff text, open integer, hard integer, turn numeric)
where l.staff = any($2::text[]) and l.staff = r.staff
"""


async def define(work: Work, facts: Iterable[Fact[StaffDefined]]) -> None:
    """Make or re-size these staff members' counter rows, in name order."""
    newest = {fact.body.staff: fact.body for fact in sorted(facts, key=lambda fact: fact.version)}
    if newest:
        staff = [newest[name] for name in sorted(newest)]
        await work.run(_DEFINE, [s.staff for s in staff], [s.capacity for s in staff], [s.weight for s in staff])


async def loads_for_update(work: Work, staff: Iterable[str]) -> dict[str, Load]:
    """These counter rows, locked in name order; who has none is not known here yet."""
    wanted = sorted(set(staff))
    return {row["staff"]: Load(**dict(row)) for row in await work.fetch(_LOCK, wanted)} if wanted else {}


async def save_loads(work: Work, loads: Sequence[Load]) -> None:
    """Write changed counters; the table refuses more than the hard capacity."""
    rows: list[dict[str, Any]] = [
        {"staff": load.staff, "open": load.open, "hard": load.hard, "turn": str(load.turn)} for load in loads
    ]
    if rows:
        await work.run(_SAVE, json.dumps(rows), [load.staff for load in loads])


async def scope_of_staff(work: Work, staff: str) -> str:
    """The sites of a staff member, as a scope; nothing for somebody who is not known here."""
    body = (await Copies().present(work, [f"staff/{staff}"])).get(f"staff/{staff}")
    return " ".join(f"site/{site}" for site in body.sites) if isinstance(body, StaffDefined) else ""
