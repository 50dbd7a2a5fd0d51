"""Leases on shards, with a term, by the database's real clock: the test clock never moves them."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from services.chassis.database import Database
from services.chassis.relay.share import LeasePlan, LeaseRow, plan_leases
from services.chassis.work import Work

_SEEN: Final = """
with gone as (
  delete from relay_member where owner in (
    select owner from relay_member where seen < clock_timestamp() - interval '1 hour' for update skip locked)
)
insert into relay_member (owner, seen) values ($1, clock_timestamp())
on conflict (owner) do update set seen = excluded.seen
"""

_LEASES: Final = """
select shard, owner, term, coalesce(until > clock_timestamp(), false) as live from relay_lease order by shard
"""

_MEMBERS: Final = "select owner from relay_member where seen > clock_timestamp() - $1::interval"

# Compare and set: `term` is as read above, and whether the lease runs is asked again, so nothing is locked in between.
_CHANGE: Final = """
with asked as (
  select lease.shard, asked.act from relay_lease as lease
  join unnest($2::smallint[], $3::bigint[], $4::text[]) as asked(shard, term, act) using (shard, term)
  where case asked.act when 'take' then coalesce(lease.until <= clock_timestamp(), true)
        else lease.owner = $1 and lease.until > clock_timestamp() end
  order by lease.shard for update of lease
)
update relay_lease as lease set
  owner = case asked.act when 'give' then null else $1 end,
  term = lease.term + case asked.act when 'take' then 1 else 0 end,
  until = clock_timestamp() + case asked.act when 'give' then interval '0' else $5::interval end
from asked where lease.shard = asked.shard
returning lease.shard, lease.term, asked.act
"""

_LEAVE: Final = """
with left_ as (delete from relay_member where owner = $1)
update relay_lease set owner = null, until = clock_timestamp() where owner = $1
"""


@dataclass(frozen=True, slots=True)
class Lease:
    """A shard that is ours. `until` is `time.monotonic()`: a guess on the safe side, the database decides."""

    shard: int
    term: int
    until: float


class Leases:
    """One relay's leases. `seconds` is how long one runs without being renewed."""

    def __init__(self, database: Database, owner: str, seconds: float) -> None:
        self._database = database
        self._owner = owner
        self._actor = f"system:{database.service}"
        self._seconds = seconds
        self._held: dict[int, Lease] = {}

    @property
    def held(self) -> Mapping[int, Lease]:
        """What we own as far as we know, by shard: without those that ran out by our own clock."""
        now = time.monotonic()
        return {shard: lease for shard, lease in self._held.items() if lease.until > now}

    async def keep(self) -> None:
        """Renew ours, take our fair share of what is free, give back what is more than it. Three statements and one."""
        asked_at = time.monotonic()
        rows = await self._database.run(self._turn, actor=self._actor)
        self._held = {shard: Lease(shard, term, asked_at + self._seconds) for shard, term in rows}

    async def leave(self) -> None:
        """Give everything back, so that the others need not wait for it to run out."""
        self._held = {}

        async def do(work: Work) -> None:
            await work.run(_LEAVE, self._owner)

        await self._database.run(do, actor=self._actor)

    def lost(self, shard: int) -> None:
        """The database says it is not ours any more."""
        self._held.pop(shard, None)

    async def _turn(self, work: Work) -> list[tuple[int, int]]:
        await work.run(_SEEN, self._owner)
        rows = [LeaseRow(row["shard"], row["owner"], row["term"], row["live"]) for row in await work.fetch(_LEASES)]
        lasts = timedelta(seconds=self._seconds)
        members = [row["owner"] for row in await work.fetch(_MEMBERS, lasts)]
        changed = await self._change(work, plan_leases(rows, members, self._owner), lasts)
        return [(shard, term) for shard, term, act in changed if act != "give"]

    async def _change(self, work: Work, plan: LeasePlan, lasts: timedelta) -> list[tuple[int, int, str]]:
        acts = [(row, "keep") for row in plan.keep] + [(row, "take") for row in plan.take]
        acts += [(row, "give") for row in plan.give]
        rows = await work.fetch(
            _CHANGE,
            self._owner,
            [row.shard for row, _ in acts],
            [row.term for row, _ in acts],
            [act for _, act in acts],
            lasts,
        )
        return [(row["shard"], row["term"], row["act"]) for row in rows]
