"""The outbox's days: one partition a day by real time, made 7 days ahead, dropped when every row is 3 days old.

The service role owns no table: both acts are functions of the schema's owner, which check and lock for themselves.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from services.chassis.database import Database
from services.chassis.faults import sqlstate_of
from services.chassis.work import Work

AHEAD: Final = 7
KEPT: Final = 3
EVERY: Final = 600.0
"""Seconds between two looks: a day that could not be locked is tried again soon."""

_LATER: Final = frozenset({"55P03", "42P07", "42P01"})
"""lock timeout, and another relay was a moment faster (already made, already dropped)"""

_DAYS: Final = """
select substring(child.relname from 8)::date as day
from pg_inherits join pg_class as child on child.oid = inhrelid
where inhparent = 'outbox'::regclass and child.relname ~ '^outbox_[0-9]{8}$'
"""


@dataclass(frozen=True, slots=True)
class DayPlan:
    """Days to make and days to try to drop, oldest first."""

    make: tuple[date, ...]
    drop: tuple[date, ...]


def plan_days(today: date, existing: set[date]) -> DayPlan:
    """Today and the next seven, and what lies at least three whole days back."""
    wanted = [today + timedelta(days=n) for n in range(AHEAD + 1)]
    old = [day for day in existing if day + timedelta(days=KEPT) < today]
    return DayPlan(tuple(day for day in wanted if day not in existing), tuple(sorted(old)))


async def keep_days(database: Database) -> DayPlan:
    """Make and drop what is due, each day in a transaction of its own. Answers what was really made and dropped."""
    actor = f"system:{database.service}"

    async def look(work: Work) -> DayPlan:
        today: date = await work.value("select (clock_timestamp() at time zone 'UTC')::date")
        return plan_days(today, {row["day"] for row in await work.fetch(_DAYS)})

    plan = await database.run(look, actor=actor)
    made = [day for day in plan.make if await _act(database, actor, "select outbox_day_make($1)", day)]
    dropped = [day for day in plan.drop if await _act(database, actor, "select outbox_day_drop($1)", day)]
    return DayPlan(tuple(made), tuple(dropped))


async def _act(database: Database, actor: str, sql: str, day: date) -> bool:
    """False: not now, the next look tries again."""
    try:
        async with database.work(actor) as work:
            return bool(await work.value(sql, day))
    except Exception as error:
        if sqlstate_of(error) in _LATER:
            return False
        raise
