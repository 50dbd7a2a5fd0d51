"""What the board shows: open alerts of the sites this work may see, and one alert by its id."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.chassis.work import Work
from services.sla.alerts.rules import Alert
from services.sla.alerts.storage.alerts import COLUMNS, as_alert
from services.sla.clocks.storage.leads import clocks_for_update

_SHOWN: Final = ", ".join(f"a.{name.strip()}" for name in COLUMNS.split(","))

_ALERTS: Final = f"""
select {_SHOWN}, c.breach_at, s.body ->> 'code' as code
from alert a join clock c on c.lead = a.lead and c.clock = a.clock and c.episode = a.episode
left join copy s on s.stream = 'network' and s.key = 'study/' || a.study
where a.resolved_at is null
order by a.staff <> $1, a.acknowledged_at is not null, c.breach_at, a.id limit $2
"""  # noqa: S608 - column names of this project

_OF_ID: Final = f"select {COLUMNS} from alert where id = $1 order by resolved_at desc nulls first limit 1"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Shown:
    """An open alert with what its row says beside it."""

    alert: Alert
    breach_at: datetime
    code: str | None
    """the study's, None before this service heard of it"""


async def open_alerts(work: Work, mine: str, limit: int) -> list[Shown]:
    """Open alerts: those of `mine` first, not yet acknowledged before acknowledged, then by deadline."""
    return [_shown(row) for row in await work.fetch(_ALERTS, mine, limit)]


async def alert_for_update(work: Work, alert: UUID) -> Alert | None:
    """The open alert of an id, else the last that was; its lead is locked, the row is read under the lock."""
    found = await work.one(_OF_ID, alert)
    if found is None:
        return None
    await clocks_for_update(work, [found["lead"]])
    row = await work.one(_OF_ID, alert)
    return as_alert(row) if row else None


def _shown(row: Any) -> Shown:
    values = dict(row)
    breach_at, code = values.pop("breach_at"), values.pop("code")
    return Shown(as_alert(values), breach_at, code)
