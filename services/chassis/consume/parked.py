"""Parked facts: kept as received, in order, until their key goes on (delivery.md, "Reading" 3)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contracts.envelope import head_from, headers_of
from contracts.streams import Stream
from services.chassis.consume.decode import Item, Spot, item_of, keepable
from services.chassis.consume.rules import PERMANENT, Why
from services.chassis.work import Work

_LOAD: Final = """
select key, version, topic, partition, "offset", why, error, head::text as head, body, parked_at, attempts from parked
where stream = $1 and key = any($2::text[]) order by key, version
"""

_ADD: Final = """
insert into parked as p (stream, key, version, topic, partition, "offset", why, error, head, body, mark)
select $1, key, version, topic, partition, "offset", why, error, head::jsonb, body,
  (select coalesce(sum(case when r.partition = row.partition then row."offset" else r.next_offset end), 0)
    from reader_position as r where r.topic = row.topic)
from unnest($2::text[], $3::bigint[], $4::text[], $5::int[], $6::bigint[], $7::text[], $8::text[], $9::text[],
  $10::bytea[]) as row(key, version, topic, partition, "offset", why, error, head, body)
on conflict (stream, key, version) do update
  set why = excluded.why, error = excluded.error, body = coalesce(excluded.body, p.body), attempts = p.attempts + 1
"""

"""`mark`: how many facts the reader had read before this one, over all partitions; the pause rule counts in it."""

_REMOVE: Final = """
delete from parked as p using unnest($2::text[], $3::bigint[]) as gone(key, version)
where p.stream = $1 and p.key = gone.key and p.version = gone.version
"""

_KEYS: Final = """
select p.stream, p.key, c.version as applied, count(*) as facts, min(p.version) as first, max(p.attempts) as attempts,
  min(p.parked_at) as since,
  coalesce((array_agg(p.why order by p.version) filter (where p.version = c.version + 1 or p.why <> 'waits'))[1], 'gap')
    as why,
  (array_agg(p.error order by p.version) filter (where p.error is not null))[1] as error
from parked as p join reader_cursor as c using (stream, key)
where $1::text is null or p.stream = $1
group by p.stream, p.key, c.version order by min(p.parked_at), p.stream, p.key
"""


@dataclass(frozen=True, slots=True)
class ParkedKey:
    """One parked key: applied up to `applied`, `facts` wait from `first` on; `why` is gap, body, type or handler."""

    stream: str
    key: str
    applied: int
    facts: int
    first: int
    attempts: int
    since: datetime
    why: str
    error: str | None


@dataclass(frozen=True, slots=True)
class ParkedFact:
    """One parked fact as `baton parked show` prints it: what it is and which fields it has, never their values."""

    version: int
    type: str
    spot: Spot
    why: str
    error: str | None
    attempts: int
    since: datetime
    fields: tuple[str, ...]


async def load(work: Work, stream: Stream, keys: Sequence[str]) -> dict[str, dict[int, Item]]:
    """What is parked of these keys. A fact that failed for good comes with its `wrong`, and so blocks its key."""
    found: dict[str, dict[int, Item]] = {}
    for row in await work.fetch(_LOAD, stream.name, list(keys)):
        item = _item(row, stream)
        if row["why"] != Why.WAITS:
            item = Item(item.spot, item.head, item.raw, item.body, Why(row["why"]), row["error"])
        found.setdefault(row["key"], {})[row["version"]] = item
    return found


async def of_key(work: Work, stream: Stream, key: str) -> dict[int, Item]:
    """The same for one key."""
    return (await load(work, stream, [key])).get(key, {})


async def afresh(work: Work, stream: Stream, key: str, bodies: Mapping[int, bytes] | None = None) -> dict[int, Item]:
    """What is parked of one key, each fact decoded anew: what failed once is given another try.

    `bodies`: by version, of those this service may not keep.
    """
    rows = await work.fetch(_LOAD, stream.name, [key])
    return {row["version"]: _item(row, stream, (bodies or {}).get(row["version"])) for row in rows}


async def add(work: Work, stream: Stream, items: Sequence[Item]) -> None:
    """Park these; one that is there already counts another attempt. One statement."""
    columns: list[list[object]] = [[] for _ in range(9)]
    for item in items:
        head = json.dumps({name: value.decode() for name, value in headers_of(item.head)})
        spot, why = item.spot, item.wrong or Why.WAITS
        row = (item.key, item.version, spot.topic, spot.partition, spot.offset, why, item.error, head)
        for column, value in zip(columns, (*row, keepable(item, work.service, stream)), strict=True):
            column.append(value)
    await work.run(_ADD, stream.name, *columns)


async def remove(work: Work, stream: Stream, facts: Sequence[tuple[str, int]]) -> None:
    """These are applied, replaced or dropped. One statement."""
    await work.run(_REMOVE, stream.name, [key for key, _ in facts], [version for _, version in facts])


async def parked_keys(work: Work, stream: str | None = None) -> list[ParkedKey]:
    """Every parked key of this service, oldest first (`baton parked list`)."""
    return [ParkedKey(**dict(row)) for row in await work.fetch(_KEYS, stream)]


async def parked_facts(work: Work, stream: str, key: str) -> list[ParkedFact]:
    """What is parked of one key, in order (`baton parked show`)."""
    return [_shown(row) for row in await work.fetch(_LOAD, stream, [key])]


def permanent() -> list[str]:
    """The reasons that time does not mend, as the column holds them."""
    return [str(why) for why in PERMANENT]


def _item(row: Any, stream: Stream, body: bytes | None = None) -> Item:
    spot = Spot(row["topic"], row["partition"], row["offset"])
    head = head_from((name, value.encode()) for name, value in json.loads(row["head"]).items())
    return item_of(spot, head, row["body"] if body is None else body, stream)


def _shown(row: Any) -> ParkedFact:
    spot = Spot(row["topic"], row["partition"], row["offset"])
    try:
        fields = tuple(sorted(json.loads(row["body"] or b"{}")))
    except (ValueError, TypeError):
        fields = ()
    kind = json.loads(row["head"])["ce_type"]
    return ParkedFact(row["version"], kind, spot, row["why"], row["error"], row["attempts"], row["parked_at"], fields)
