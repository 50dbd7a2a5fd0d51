"""Alerts, one row per alert and recipient; the caller holds the leads locked."""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import fields
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from services.chassis.work import Work
from services.sla.alerts.rules import Alert, Settled
from services.sla.channels.storage import Key, intend, withdraw

_ALERTS: Final = TypeAdapter(list[Alert])
COLUMNS: Final = ", ".join(field.name for field in fields(Alert))

_CONCERNED: Final = """
select lead from alert where lead = any($1::uuid[]) and resolved_at is null
union select lead from clock where lead = any($1::uuid[]) and state = 'running' and level is not null
"""

_UNADDRESSED: Final = """
select c.lead from clock c where c.state = 'running' and c.level is not null and not exists (
  select from alert a where a.lead = c.lead and a.clock = c.clock and a.episode = c.episode and a.level = c.level
    and a.resolved_at is null
) limit $1
"""

_RESOLVE: Final = """
update alert a set resolved_at = r.resolved_at, resolved_by = r.resolved_by
from jsonb_to_recordset($1::jsonb) as r(id uuid, staff text, resolved_at timestamptz, resolved_by text)
where a.id = any($2::uuid[]) and a.id = r.id and a.staff = r.staff
"""

_RAISE: Final = """
insert into alert select * from jsonb_populate_recordset(null::alert, $1::jsonb) order by id, staff
on conflict (id, staff) do update set as_of = excluded.as_of, unconfirmed = excluded.unconfirmed,
  raised_at = excluded.raised_at, acknowledged_at = null, resolved_at = null, resolved_by = null
"""


async def concerned(work: Work, leads: Collection[UUID]) -> list[UUID]:
    """Those of these leads that have an open alert, or have reached a level and still run: few, in normal running."""
    return [row["lead"] for row in await work.fetch(_CONCERNED, list(leads))]


async def unaddressed(work: Work, limit: int) -> list[UUID]:
    """Leads that reached a level for which nobody is told: nobody was accountable then."""
    return [row["lead"] for row in await work.fetch(_UNADDRESSED, limit)]


async def open_alerts(work: Work, leads: Collection[UUID]) -> dict[UUID, list[Alert]]:
    """The open alerts of these leads."""
    found: dict[UUID, list[Alert]] = {}
    sql = f"select {COLUMNS} from alert where lead = any($1::uuid[]) and resolved_at is null order by id"  # noqa: S608
    for alert in await _read(work, sql, list(leads)):
        found.setdefault(alert.lead, []).append(alert)
    return found


async def alerts_by_key(work: Work, keys: Collection[Key]) -> dict[Key, Alert]:
    """These alerts, open or over."""
    sql = (
        f"select {COLUMNS} from alert join unnest($1::uuid[], $2::text[]) as k(alert_id, alert_staff) "  # noqa: S608
        "on id = alert_id and staff = alert_staff where id = any($1::uuid[])"
    )
    found = await _read(work, sql, [alert for alert, _ in keys], [staff for _, staff in keys])
    return {(alert.id, alert.staff): alert for alert in found}


async def save(work: Work, settled: Iterable[Settled]) -> None:
    """Write what was settled; what is over is not sent any more, what is raised will be."""
    every = list(settled)
    resolved = [alert for one in every for alert in one.resolved]
    raised = [alert for one in every for alert in one.raised]
    if resolved:
        await work.run(_RESOLVE, _document(resolved), [alert.id for alert in resolved])
        await withdraw(work, [(alert.id, alert.staff) for alert in resolved])
    if raised:
        await work.run(_RAISE, _document(raised))
        await intend(work, [(alert.id, alert.staff, alert.lead, alert.site) for alert in raised])


async def acknowledge(work: Work, alert: Alert) -> None:
    """Its recipient has said so."""
    await work.run("update alert set acknowledged_at = $3 where id = $1 and staff = $2", alert.id, alert.staff, work.at)


def as_alert(row: Any) -> Alert:
    """A row of `COLUMNS`."""
    return _ALERTS.validate_python([dict(row)])[0]


async def _read(work: Work, sql: str, *args: object) -> list[Alert]:
    return _ALERTS.validate_python([dict(row) for row in await work.fetch(sql, *args)])


def _document(alerts: Sequence[Alert]) -> str:
    return json.dumps(_ALERTS.dump_python(list(alerts), mode="json"))
