"""What became of referrals, by the database's own clock.

Where commit times are tracked, a moment is the commit of the row (`pg_xact_commit_timestamp`); elsewhere it is the
stamp the row was written with inside its transaction, a few milliseconds before its commit.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.bench.place import Admin

_OWNED: Final = "select coalesce(sum(n), 0)::bigint from reporting.tally where measure = 'movement' and word = 'owned'"

_CLOCKS_TOO: Final = """
select (select sum(next_offset) from sla.reader_position where topic like '%.leads.v1')
  >= (select sum(next_offset) from reporting.reader_position where topic like '%.leads.v1')
"""

_BY_COMMIT: Final = """
select pg_xact_commit_timestamp(r.xmin) as accepted,
  (select min(pg_xact_commit_timestamp(a.xmin)) from routing.assignment as a where a.lead = r.lead) as owned,
  (select min(pg_xact_commit_timestamp(i.xmin)) from sla.clock_interval as i where i.lead = r.lead) as clock,
  (select min(pg_xact_commit_timestamp(j.xmin)) from reporting.journal as j where j.stream = 'leads'
     and j.key = r.lead::text and j.type = 'baton.OwnerAssigned.v1') as reported
from intake.referral as r where r.received_at >= $1
"""

_BY_STAMP: Final = """
select r.received_at as accepted,
  (select min(a.at) from routing.assignment as a where a.lead = r.lead) as owned,
  (select min(o.created) from sla.outbox as o where o.stream = 'alerts' and o.key = r.lead::text) as clock,
  (select min(j.folded_at) from reporting.journal as j where j.stream = 'leads'
     and j.key = r.lead::text and j.type = 'baton.OwnerAssigned.v1') as reported
from intake.referral as r where r.received_at >= $1
"""

_LOOK: Final = 0.2
_STALLED: Final = 60.0


class Stalled(RuntimeError):
    """Nothing more was reported for a minute, and something is missing."""


@dataclass(frozen=True)
class Way:
    """When one referral was accepted, owned, clocked and reported."""

    accepted: datetime
    owned: datetime | None
    clock: datetime | None
    reported: datetime | None

    @property
    def whole(self) -> float | None:
        """Seconds from the accept to the last of the three; None while one is missing."""
        if self.owned is None or self.clock is None or self.reported is None:
            return None
        return (max(self.owned, self.clock, self.reported) - self.accepted).total_seconds()


async def database_time(admin: Admin) -> datetime:
    """Now, by the clock everything is measured with."""
    found: datetime = await admin.fetchval("select clock_timestamp()")
    return found


async def reported(admin: Admin) -> int:
    """Leads whose owner reporting has counted: a handful of rows to read, so it may be asked often."""
    return int(await admin.fetchval(_OWNED))


async def until_reported(admin: Admin, wanted: int) -> None:
    """Wait until so many are, and the clocks have read as far as the reports.

    Raises:
        Stalled: it does not come to that.
    """
    seen, moved = -1, time.monotonic()
    while (now := await reported(admin)) < wanted or not await admin.fetchval(_CLOCKS_TOO):
        if now != seen:
            seen, moved = now, time.monotonic()
        if time.monotonic() - moved > _STALLED:
            raise Stalled(f"{now} of {wanted} are reported")
        await asyncio.sleep(_LOOK)


async def ways(admin: Admin, since: datetime, *, commit_times: bool) -> list[Way]:
    """Every referral accepted since."""
    rows = await admin.fetch(_BY_COMMIT if commit_times else _BY_STAMP, since)
    return [Way(**dict(row)) for row in rows]


def whole_times(seen: Sequence[Way]) -> list[float]:
    """Seconds of those that went all the way.

    Raises:
        Stalled: one did not.
    """
    times = [way.whole for way in seen]
    missing = sum(one is None for one in times)
    if missing:
        raise Stalled(f"{missing} of {len(times)} have no owner, no clock or no report row")
    return [one for one in times if one is not None]


def end_of(seen: Sequence[Way]) -> datetime:
    """When the last of everything was there."""
    whole_times(seen)
    return max(max(way.owned, way.clock, way.reported) for way in seen if way.owned and way.clock and way.reported)


def span_of(seen: Sequence[Way]) -> float:
    """Seconds from the first accept to the last of everything."""
    return (end_of(seen) - min(way.accepted for way in seen)).total_seconds()
