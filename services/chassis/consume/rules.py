"""What a reader may do with a version it is given, and where it starts reading. Pure (P4, P5, P6)."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from contracts.streams import Order

MOST_PARKED: Final = 20
"""Keys parked for permanent errors within `WINDOW` facts, before the reader pauses itself."""

WINDOW: Final = 2_000

UNPATIENT_AFTER: Final = 60.0
"""Seconds a gap may stay open before somebody is paged."""


class Verdict(StrEnum):
    """What a version is for a reader."""

    DUE = "due"
    REPEAT = "repeat"
    GAP = "gap"
    SWAPPED = "swapped"
    """the version that was applied last, under another event id: somebody gave one version twice"""


class Why(StrEnum):
    """Why a fact is parked."""

    WAITS = "waits"
    """an earlier version is missing or itself parked; nothing is wrong with this one"""
    BODY = "body"
    TYPE = "type"
    HANDLER = "handler"


PERMANENT: Final = (Why.BODY, Why.TYPE, Why.HANDLER)
"""What time does not mend, and what the pause rule counts."""


class State(StrEnum):
    """What a reader is recorded to be doing."""

    RUNNING = "running"
    PAUSED = "paused"
    BOOTSTRAPPING = "bootstrapping"
    """reads a stream whose beginning has expired: a key's first seen version is its first"""


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far one key was applied: the version, its event id, and whether later ones are parked."""

    version: int = 0
    last_id: UUID | None = None
    parked: bool = False


def judge(cursor: Cursor, version: int, event: UUID, *, order: Order, adopts: bool = False) -> Verdict:
    """Stored + 1 is due, lower is a repeat, higher is a gap; on `latest` streams any higher version is due.

    `adopts`: the first version ever seen of a key is due, whatever its number (bootstrapping).
    """
    if version == cursor.version and cursor.last_id not in (None, event):
        return Verdict.SWAPPED
    if version <= cursor.version:
        return Verdict.REPEAT
    if order is Order.LATEST or version == cursor.version + 1 or (adopts and cursor == Cursor()):
        return Verdict.DUE
    return Verdict.GAP


class From(StrEnum):
    """Why reading starts where it starts."""

    POSITION = "position"
    BEGINNING = "beginning"
    """this reader never read the partition"""
    RECREATED = "recreated"
    """the position lies beyond the partition's end: it is another topic of the same name"""
    EXPIRED = "expired"
    """Kafka has already deleted what the position points at: facts were lost unread"""


@dataclass(frozen=True, slots=True)
class Start:
    """Where to seek to in one partition. `pages`: somebody has to know."""

    offset: int
    why: From

    @property
    def pages(self) -> bool:
        """Whether this is a sign of trouble."""
        return self.why in (From.RECREATED, From.EXPIRED)


def start_at(position: int | None, *, begins: int, ends: int) -> Start:
    """Where a reader with this stored position starts in a partition that holds offsets begins..ends-1."""
    if position is None:
        return Start(begins, From.BEGINNING)
    if position > ends:
        return Start(begins, From.RECREATED)
    if position < begins:
        return Start(begins, From.EXPIRED)
    return Start(position, From.POSITION)
