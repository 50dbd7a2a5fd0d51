"""Which due times may fire, shard by shard, when a kind of timer waits for a stream (P9). Pure."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from contracts.streams import PARTITIONS

STANDSTILL: Final = timedelta(seconds=120)
"""Real time a watermark must not have moved before timers fire unconfirmed."""

NEVER: Final = datetime(1970, 1, 1, tzinfo=UTC)
ALWAYS: Final = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Counted:
    """What one partition of the awaited stream is known to be complete up to.

    `at` is business time, None before anything counted. `still_since` is real time: the latest of the reader's first
    arrival at the partition's end since its start, the watermark's last movement, and the last moment there were
    unread records; None while the reader starts, is behind or paused.
    """

    at: datetime | None
    still_since: datetime | None
    held: tuple[str, ...] = ()
    """keys the producer's relay cannot publish: `at` does not speak for them"""
    held_more: int = 0
    """such keys beyond those named"""


@dataclass(frozen=True, slots=True)
class Allowance:
    """Per shard: nothing due after `until` may fire, what is due after `sure` fires unconfirmed.

    `held`: subjects of which nothing fires.
    """

    until: tuple[datetime, ...]
    sure: tuple[datetime, ...]
    held: frozenset[UUID] = frozenset()

    @property
    def held_back(self) -> int:
        """Shards whose timers all wait: no reader, a watermark that never came, more held keys than are named."""
        return sum(until == NEVER for until in self.until)


FREE: Final = Allowance((ALWAYS,) * PARTITIONS, (ALWAYS,) * PARTITIONS)
"""For kinds that wait for no stream."""


def allowance_of(heard: Mapping[int, Counted], *, real: datetime) -> Allowance:
    """What may fire given what was heard of each partition (partition = shard of the subject).

    A timer due at T fires once everything before T was heard: T <= `at`. After `STANDSTILL` without movement, with
    the reader at the partition's end, it fires unconfirmed. A partition nobody heard of holds its timers. A key held
    by the producer's relay waits like a parked one, standstill or not: its answer may be committed there and unheard
    here (P9). It waits alone (P7), unless there are more of them than are named: then any lead may be one.
    """
    until, sure = [], []
    for shard in range(PARTITIONS):
        counted = heard.get(shard, Counted(None, None))
        heard_until = counted.at or NEVER
        sure.append(heard_until)
        stands = counted.still_since is not None and real - counted.still_since >= STANDSTILL
        until.append(NEVER if counted.held_more else ALWAYS if stands else heard_until)
    held = frozenset(_subjects(key for counted in heard.values() for key in counted.held))
    return Allowance(tuple(until), tuple(sure), held)


def _subjects(keys: Iterable[str]) -> Iterator[UUID]:
    """A key that is no id (`study/alder`) is nobody's timer."""
    for key in keys:
        try:
            yield UUID(key)
        except ValueError:
            continue
