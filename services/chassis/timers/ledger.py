"""Conservation of timers: created = fired + cancelled + pending. A gap pages (delivery.md)."""

from dataclasses import dataclass
from typing import Final

from services.chassis.work import Work

_BALANCE: Final = """
with told as (
  select kind, sum(created)::bigint as created, sum(fired)::bigint as fired, sum(cancelled)::bigint as cancelled
  from timer_ledger group by kind
), counted as (
  select kind, count(*) as pending from timer group by kind
)
select kind, coalesce(created, 0) as created, coalesce(fired, 0) as fired, coalesce(cancelled, 0) as cancelled,
       coalesce(pending, 0) as pending
from told full join counted using (kind) order by kind
"""

_ROLL_UP: Final = """
with old as (
  select id from timer_ledger where at < clock_timestamp() - interval '10 minutes' order by id
  limit 20000 for update skip locked
), gone as (
  delete from timer_ledger using old where timer_ledger.id = old.id and (select count(*) from old) > 100
  returning kind, created, fired, cancelled
), summed as (
  insert into timer_ledger (kind, created, fired, cancelled, at)
  select kind, sum(created), sum(fired), sum(cancelled), clock_timestamp() - interval '10 minutes'
  from gone group by kind
)
select count(*) from gone
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """How many timers of a kind (or of all) were ever created, fired, cancelled; `pending` is counted in the table."""

    created: int = 0
    fired: int = 0
    cancelled: int = 0
    pending: int = 0

    @property
    def gap(self) -> int:
        """Timers that vanished (> 0) or came from nowhere (< 0); 0 is the law."""
        return self.created - self.fired - self.cancelled - self.pending

    def __add__(self, other: "Ledger") -> "Ledger":
        return Ledger(
            self.created + other.created,
            self.fired + other.fired,
            self.cancelled + other.cancelled,
            self.pending + other.pending,
        )


async def balance(work: Work) -> dict[str, Ledger]:
    """The ledger of each kind, recounted in one statement, hence one snapshot: writers may go on meanwhile."""
    return {
        row["kind"]: Ledger(row["created"], row["fired"], row["cancelled"], row["pending"])
        for row in await work.fetch(_BALANCE)
    }


async def conservation(work: Work) -> Ledger:
    """All kinds together."""
    return sum((await balance(work)).values(), start=Ledger())


async def roll_up(work: Work) -> int:
    """Sum deltas older than ten minutes into one row a kind; the number of rows that went."""
    return int(await work.value(_ROLL_UP))
