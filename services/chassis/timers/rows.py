"""What a service does to its timers. The caller holds its subjects' own rows locked: that is what guards their timers.

Every change is one statement, and counts itself in the ledger in that statement: created = fired + cancelled + pending.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from contracts.streams import partition_of
from services.chassis.timers.due import DueTimer
from services.chassis.work import Work

_SET: Final = """
with done as (
  insert into timer as t (kind, subject, shard, due)
  select $1, subject, shard, due
  from unnest($2::uuid[], $3::smallint[], $4::timestamptz[]) as told(subject, shard, due) order by subject
  on conflict (subject, kind) do update set due = excluded.due where t.due <> excluded.due
  returning old.subject is null as is_new
)
insert into timer_ledger (kind, created, cancelled)
select $1, count(*), count(*) filter (where not is_new) from done having count(*) > 0
"""

_CANCEL: Final = """
with gone as (
  delete from timer where subject = any($1::uuid[]) and kind = any($2::text[]) returning kind
), counted as (
  insert into timer_ledger (kind, cancelled) select kind, count(*) from gone group by kind
)
select count(*) from gone
"""

_HOLD: Final = """
update timer set held_at = case when $2 then clock_timestamp() end
where subject = any($1::uuid[]) and (held_at is null) = $2
"""

_HOLD_ONE: Final = """
update timer set held_at = clock_timestamp() where subject = $1 and kind = $2 and due = $3 and held_at is null
"""

_TAKE: Final = """
with fired as (
  delete from timer
  where kind = $1 and subject = any($2::uuid[]) and held_at is null
    and due <= $3 and due <= ($4::timestamptz[])[shard + 1]
  returning subject, due, shard
), counted as (
  insert into timer_ledger (kind, fired) select $1, count(*) from fired having count(*) > 0
)
select subject, due, due > ($5::timestamptz[])[shard + 1] as unconfirmed from fired order by due, subject
"""


async def set_timers(work: Work, kind: str, due: Mapping[UUID, datetime]) -> None:
    """Set or re-time one kind of timer for these subjects; the same due time again changes and counts nothing.

    A re-time counts as cancelled + created. A held timer stays held: its lead is parked, or it failed and waits for
    repair (`hold_timers(..., held=False)`).
    """
    if due:
        subjects = list(due)
        await work.run(_SET, kind, subjects, [partition_of(str(s)) for s in subjects], [due[s] for s in subjects])


async def cancel_timers(work: Work, kinds: Sequence[str], subjects: Iterable[UUID]) -> int:
    """Take these timers away; the number that was there, held ones too."""
    wanted = list(subjects)
    return cast(int, await work.value(_CANCEL, wanted, list(kinds))) if wanted else 0


async def hold_timers(work: Work, subjects: Iterable[UUID], held: bool) -> None:
    """Keep every timer of these subjects from firing, or let them go on; held ones still count as pending."""
    if wanted := list(subjects):
        await work.run(_HOLD, wanted, held)


async def hold_failed(work: Work, timer: DueTimer) -> None:
    """Keep one timer that cannot be fired from being tried again, unless it was re-timed meanwhile (P7)."""
    await work.run(_HOLD_ONE, timer.subject, timer.kind, timer.due)


async def take_off(
    work: Work, kind: str, subjects: Sequence[UUID], until: Sequence[datetime], sure: Sequence[datetime]
) -> list[DueTimer]:
    """Take off those of these subjects' timers that are still due, and count them fired; by due time.

    For the ticker only. The statement waits for the rows' locks and judges their newest state. `until` and `sure`
    have an entry a shard: nothing later than `until` fires, what is later than `sure` fires unconfirmed.
    """
    rows = await work.fetch(_TAKE, kind, list(subjects), work.at, list(until), list(sure))
    return [DueTimer(kind, row["subject"], row["due"], row["unconfirmed"]) for row in rows]
