"""How far each stream and shard is complete (delivery.md, "Watermarks"); the order of the three looks is the proof.

1. `baton_now()`: no fact committed later, but by a writer that 2 sees, can carry an earlier time;
2. the oldest `xact_start` of this role's sessions that have a transaction id: `Work` takes its id before its time;
3. in a new snapshot, the oldest unsent fact that is not held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.watermarks import HELD_NAMED, ShardWatermark, Watermarks
from services.chassis.relay.lease import Lease
from services.chassis.work import Work

EVERY: Final = 0.25
"""Seconds between two records."""

# `xact_start` is real time, facts carry business time. Not to be told when a writer began is to know nothing: 1970.
_WRITERS: Final = """
select baton_time(min(coalesce(xact_start, 'epoch'))) from pg_stat_activity
where usename = current_user and datname = current_database() and backend_xid is not null
"""

# The lease is read in the same snapshot as the rows: had anybody else marked one of them sent, the term would differ.
_UNSENT: Final = """
with refused as materialized (select distinct shard, stream, key from outbox where held),
named as (
  select shard, stream, (array_agg(key order by key))[:$3::int] as held, greatest(count(*) - $3::int, 0) as held_more
  from refused group by shard, stream
)
select lease.shard, lease.term, unsent.*, extract(epoch from clock_timestamp() - unsent.created)::float8 as age,
  coalesce(named.held, '{}') as held, coalesce(named.held_more, 0) as held_more
from relay_lease as lease
left join lateral (
  select stream, count(*) as depth, count(*) filter (where waits) as waiting,
    min(created) filter (where not waits) as created, min(at) filter (where not waits) as at
  from (
    select *, held or (stream, key) in (select stream, key from refused) as waits
    from outbox where shard = lease.shard and sent_at is null
  ) as row group by stream
) as unsent on true
left join named on named.shard = lease.shard and named.stream = unsent.stream
where lease.owner = $1 and lease.until > clock_timestamp() and lease.shard = any ($2)
"""


@dataclass(frozen=True, slots=True)
class Unsent:
    """What one shard of one stream still has to send."""

    oldest: datetime | None
    """time of the oldest fact that is not of a held key; None when there is none"""
    age: float
    """real seconds the oldest of those has waited"""
    depth: int
    waiting: int
    """facts of held keys, in `depth` too"""
    held: tuple[str, ...]
    """held keys, the first `HELD_NAMED` by name"""
    held_more: int
    """held keys beyond those"""


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the outbox. `before` is the earlier of the first two times; a shard not in `terms` is not ours."""

    before: datetime
    terms: Mapping[int, int]
    unsent: Mapping[tuple[str, int], Unsent]


async def complete_before(work: Work) -> datetime:
    """The first two looks: what this service commits from now on carries this time or a later one.

    So whoever reads rows by their time, in a later statement and only up to here, misses none; a cursor over ids would.
    """
    now: datetime = await work.value("select baton_now()")
    oldest_writer: datetime | None = await work.value(_WRITERS)
    return now if oldest_writer is None else min(now, oldest_writer)


async def look(work: Work, owner: str, leases: Mapping[int, Lease]) -> Look:
    """The three looks, each in a snapshot of its own (READ COMMITTED), in their order."""
    before = await complete_before(work)
    rows = await work.fetch(_UNSENT, owner, list(leases), HELD_NAMED)
    return Look(
        before=before,
        terms={row["shard"]: row["term"] for row in rows},
        unsent={
            (row["stream"], row["shard"]): Unsent(
                row["at"], row["age"] or 0.0, row["depth"], row["waiting"], tuple(row["held"]), row["held_more"]
            )
            for row in rows
            if row["stream"] is not None
        },
    )


def watermarks(
    service: str,
    seen: Look,
    streams: Sequence[str],
    leases: Mapping[int, Lease],
    ends: Mapping[tuple[str, int], int],
) -> Watermarks:
    """The record: the earliest time of each stream and shard still ours under the same term, where the end is known."""
    shards = []
    for shard, term in sorted(seen.terms.items()):
        if shard not in leases or leases[shard].term != term:
            continue
        for stream in streams:
            left = seen.unsent.get((stream, shard))
            at = seen.before if left is None or left.oldest is None else min(seen.before, left.oldest)
            if (end := ends.get((stream, shard))) is not None:
                held, more = (left.held, left.held_more) if left else ((), 0)
                shards.append(
                    ShardWatermark(stream=stream, partition=shard, at=at, offset=end, held=held, held_more=more)
                )
    return Watermarks(service=service, shards=tuple(shards))
