"""The `heard` rows: what counts per partition, and since when nothing moved (real time, for the standstill rule)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.chassis.consume.heard_rules import Marks, Told
from services.chassis.timers.allowance import Counted
from services.chassis.work import Work

_STARTS: Final = """
insert into heard as h (stream, partition, unread_at, seen_at)
select $1, p, statement_timestamp(), statement_timestamp() from unnest($2::int[]) as p order by p
on conflict (stream, partition) do update
  set arrived_at = null, unread_at = statement_timestamp(), seen_at = statement_timestamp()
"""

_BEAT: Final = """
update heard as h set seen_at = statement_timestamp(),
  unread_at = case when t.behind then statement_timestamp() else h.unread_at end,
  arrived_at = case when t.behind then h.arrived_at else coalesce(h.arrived_at, statement_timestamp()) end
from unnest($1::text[], $2::int[], $3::boolean[]) as t(stream, partition, behind)
where h.stream = t.stream and h.partition = t.partition
"""

_READ: Final = """
select h.stream, h.partition, coalesce(p.next_offset, 0) as position, counted_at, counted_offset, held, held_more,
  pending_at, pending_offset, pending_held, pending_held_more
from heard as h join unnest($1::text[], $2::text[], $3::int[]) as w(stream, topic, partition)
  on h.stream = w.stream and h.partition = w.partition
left join reader_position as p on p.topic = w.topic and p.partition = w.partition
order by h.stream, h.partition for update of h
"""

_WRITE: Final = """
update heard as h set
  counted_at = m.counted_at, counted_offset = m.counted_offset, held = m.held, held_more = m.held_more,
  pending_at = m.pending_at, pending_offset = m.pending_offset, pending_held = m.pending_held,
  pending_held_more = m.pending_held_more,
  moved_at = case when m.counted_at is distinct from h.counted_at then statement_timestamp() else h.moved_at end
from jsonb_to_recordset($1::jsonb) as m(stream text, partition integer,
  counted_at timestamptz, counted_offset bigint, held text[], held_more integer,
  pending_at timestamptz, pending_offset bigint, pending_held text[], pending_held_more integer)
where h.stream = m.stream and h.partition = m.partition
"""

_COUNTED: Final = """
select h.partition, h.counted_at as at, h.held, h.held_more, h.moved_at,
  case when r.state = 'running' and h.arrived_at is not null and h.unread_at < h.seen_at
    and h.seen_at > clock_timestamp() - interval '30 seconds'
  then greatest(h.arrived_at, h.moved_at, h.unread_at) end as still_since
from heard as h join reader as r on r.stream = h.stream where h.stream = $1
"""

Place = tuple[str, int]
"""(stream name, partition)"""


@dataclass(frozen=True, slots=True)
class Heard:
    """One partition of a stream as this service heard of it.

    `at`: complete up to here (business time of the service that says it), but for held keys; None before anything
    counted. `held` names them, `held_more` is how many have no name here. `moved_at`: real time of its last movement.
    `still_since`: real time since when nothing moved although the reader has read everything; None while it starts,
    is behind, paused, or has not been seen for 30 s.
    """

    partition: int
    at: datetime | None
    moved_at: datetime | None
    held: tuple[str, ...]
    held_more: int
    still_since: datetime | None

    @property
    def held_count(self) -> int:
        """Keys the relay over there cannot publish."""
        return len(self.held) + self.held_more


async def counted(work: Work, stream: str) -> dict[int, Heard]:
    """What counts of this stream, by partition. One statement."""
    rows = await work.fetch(_COUNTED, stream)
    return {row["partition"]: Heard(**{**dict(row), "held": tuple(row["held"])}) for row in rows}


async def hears(work: Work, stream: str) -> dict[int, Counted]:
    """The same in the ticker's words: `Ticker(..., hears=lambda work: hears(work, "leads"))`."""
    heard = await counted(work, stream)
    return {p: Counted(one.at, one.still_since, one.held, one.held_more) for p, one in heard.items()}


async def reader_starts(work: Work, stream: str, partitions: Sequence[int]) -> None:
    """These partitions begin anew: until their end is reached, nothing is said to stand still."""
    await work.run(_STARTS, stream, sorted(partitions))


async def beat(work: Work, behind: Mapping[Place, bool]) -> None:
    """This reader is alive; which of its partitions have unread records."""
    places = sorted(behind)
    await work.run(_BEAT, [s for s, _ in places], [p for _, p in places], [behind[place] for place in places])


async def marks(work: Work, topics: Mapping[str, str], places: Sequence[Place]) -> dict[Place, tuple[Marks, int]]:
    """Marks and stored position of these partitions, locked. `topics`: stream name -> topic."""
    wanted = sorted(places)
    rows = await work.fetch(_READ, [s for s, _ in wanted], [topics[s] for s, _ in wanted], [p for _, p in wanted])
    return {
        (row["stream"], row["partition"]): (
            Marks(
                _told(row["counted_at"], row["counted_offset"], row["held"], row["held_more"]),
                _told(row["pending_at"], row["pending_offset"], row["pending_held"], row["pending_held_more"]),
            ),
            row["position"],
        )
        for row in rows
    }


async def write(work: Work, changed: Mapping[Place, Marks]) -> None:
    """Write moved marks; they are locked by this work. One statement."""
    rows = [
        {
            "stream": stream,
            "partition": partition,
            **_columns(marks.counted, "counted_at", "counted_offset", "held"),
            **_columns(marks.pending, "pending_at", "pending_offset", "pending_held"),
        }
        for (stream, partition), marks in sorted(changed.items(), key=lambda one: one[0])
    ]
    await work.run(_WRITE, json.dumps(rows))


def _columns(told: Told | None, at: str, offset: str, held: str) -> dict[str, object]:
    if told is None:
        return {at: None, offset: None, held: [], f"{held}_more": 0}
    return {at: told.at.isoformat(), offset: told.offset, held: told.held, f"{held}_more": told.held_more}


def _told(at: datetime | None, offset: int | None, held: Sequence[str], more: int) -> Told | None:
    return None if at is None or offset is None else Told(at, offset, tuple(held), more)
