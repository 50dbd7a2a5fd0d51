"""What is to be sent: one statement for all shards, by flag, in the order of ids; never a cursor over ids."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

import asyncpg

from contracts.envelope import FactHead, headers_of
from services.chassis.relay.lease import Lease
from services.chassis.work import Work

MAX_ROWS: Final = 500
"""Facts of one shard in one round."""

MAX_BYTES: Final = 512 * 1024
"""Body bytes of one shard in one round; one fact at least, whatever its size."""

# A key with a held fact waits as a whole: its later facts would be a gap (P4).
_POLL: Final = """
select lease.term, sized.* from relay_lease as lease
cross join lateral (
  select id, created, fact, shard, stream, key, version, type, at, headers, body from (
    select *, sum(coalesce(octet_length(body), 0)) over (order by id) - coalesce(octet_length(body), 0) as before
    from (
      select id, created, fact, shard, stream, key, version, type, at, headers, body from outbox
      where shard = lease.shard and sent_at is null and not held and stream = any ($3)
        and (stream, key) not in (select stream, key from outbox where held)
      order by id limit $4
    ) as waiting
  ) as counted where before < $5
) as sized
where lease.owner = $1 and lease.until > clock_timestamp() and lease.shard = any ($2)
order by sized.shard, sized.id
"""


@dataclass(frozen=True, slots=True)
class Row:
    """One unsent fact. `id` and `created` find it again; `term` is the lease it was polled under."""

    id: int
    created: datetime
    term: int
    shard: int
    head: FactHead
    body: bytes

    @property
    def headers(self) -> list[tuple[str, bytes]]:
        """Its CloudEvents headers."""
        return headers_of(self.head)


@dataclass(frozen=True, slots=True)
class Lot:
    """The first unsent facts of one shard and stream, in order: what the next batch may hold."""

    stream: str
    shard: int
    rows: Sequence[Row]


async def poll(
    work: Work, owner: str, leases: Mapping[int, Lease], streams: Sequence[str], *, rows: int = MAX_ROWS
) -> list[Lot]:
    """Unsent facts of the shards `owner` still holds, by shard and stream, in the order they were committed per key."""
    found = await work.fetch(_POLL, owner, list(leases), list(streams), rows, MAX_BYTES)
    places: dict[tuple[str, int], list[asyncpg.Record]] = {}
    for row in found:
        places.setdefault((row["stream"], row["shard"]), []).append(row)
    lots = []
    for (stream, shard), said in places.items():
        lots.append(Lot(stream, shard, [_row(row) for row in said]))
        await asyncio.sleep(0)  # 6,000 rows at once would keep everybody else waiting
    return lots


@lru_cache(maxsize=10_000)
def _uuid(written: str) -> UUID:
    """Facts of one lead name the same few ids, and lie near each other."""
    return UUID(written)


def _row(row: asyncpg.Record) -> Row:
    told = row["headers"]
    head = FactHead(
        id=row["fact"],
        type=row["type"],
        source=told["source"],
        key=row["key"],
        version=row["version"],
        time=row["at"],
        correlation=_uuid(told["correlation"]),
        causation=_uuid(told["causation"]) if told["causation"] else None,
        actor=told["actor"],
        is_test=told["is_test"],
        ignorable=told["ignorable"],
        traceparent=told["traceparent"],
    )
    return Row(row["id"], row["created"], row["term"], row["shard"], head, row["body"] or b"")
