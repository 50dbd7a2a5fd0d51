"""Where a reader stands in each partition: its own row, committed with what it read (Kafka's are for dashboards)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.chassis.consume.cursors import SAVE, columns
from services.chassis.consume.rules import Cursor, Start, State
from services.chassis.work import Work

_MOVE: Final = f"""
with saved as ({SAVE})
update reader_position as p set next_offset = greatest(p.next_offset, m.next)
from unnest($7::int[], $8::bigint[], $9::bigint[]) as m(partition, since, next)
where p.topic = $6 and p.partition = any($7::int[]) and p.partition = m.partition and p.next_offset >= m.since
returning p.partition, (select state from reader where stream = $1) as state
"""  # noqa: S608 - two texts of our own
"""A row that went back under us (a restored database) is not moved: what lies between was not read."""

_PUT: Final = """
insert into reader_position (topic, partition, next_offset)
select $1, partition, next from unnest($2::int[], $3::bigint[]) as s(partition, next) order by partition
on conflict (topic, partition) do update set next_offset = excluded.next_offset
"""

_STATE: Final = """
insert into reader as r (stream, state) values ($1, $2)
on conflict (stream) do update set stream = excluded.stream returning state
"""


class PositionWentBack(Exception):
    """The stored position is before what this reader read last; it has to seek again."""


class ReaderPaused(Exception):
    """The reader is recorded as paused: nothing is applied until `baton parked resume`."""


@dataclass(frozen=True, slots=True)
class Step:
    """One partition's part of a poll: it continues at `since` and ends before `next`."""

    since: int
    next: int


async def move(
    work: Work, topic: str, stream: str, steps: Mapping[int, Step], cursors: Mapping[str, Cursor] | None = None
) -> State:
    """Move the positions, and write the cursors that `apply(saves=False)` has moved; answers the reader's recorded
    state. One statement, the last before commit.

    Raises:
        PositionWentBack: a stored position is lower than where this poll continues.
    """
    partitions = sorted(steps)
    since, until = [steps[p].since for p in partitions], [steps[p].next for p in partitions]
    rows = await work.fetch(_MOVE, stream, *columns(cursors or {}), topic, partitions, since, until)
    if len(rows) < len(steps):
        raise PositionWentBack(topic)
    return State(rows[0]["state"])


async def positions(work: Work, topic: str) -> dict[int, int]:
    """The next offset of each partition that was ever assigned to this service."""
    rows = await work.fetch("select partition, next_offset from reader_position where topic = $1", topic)
    return {row["partition"]: row["next_offset"] for row in rows}


async def put(work: Work, topic: str, starts: Mapping[int, Start]) -> None:
    """Write where reading starts; only where it is not the stored position already."""
    partitions = sorted(starts)
    await work.run(_PUT, topic, partitions, [starts[p].offset for p in partitions])


async def recorded_state(work: Work, stream: str, first: State) -> State:
    """What the reader is recorded to be doing; `first` is recorded when nothing is."""
    return State(await work.value(_STATE, stream, first))
