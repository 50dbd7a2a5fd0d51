"""Which watermark counts for a reader. Pure (delivery.md, "Watermarks")."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Told:
    """One entry of a relay's record: everything before `at` stands before `offset`, except facts of held keys.

    `held`: those it names; `held_more`: how many it does not.
    """

    at: datetime
    offset: int
    held: tuple[str, ...] = ()
    held_more: int = 0


@dataclass(frozen=True, slots=True)
class Marks:
    """Per partition: the greatest entry that counts, and one that will once the reader is there."""

    counted: Told | None = None
    pending: Told | None = None


def hear(marks: Marks, told: Told | None, *, position: int) -> Marks:
    """The marks after hearing `told` with this stored position.

    An entry counts once the position has reached its offset; the greatest wins. A pending one is kept until then, so
    that a busy reader still gets somewhere, unless a newer one asks for no more than it does. Held keys come and go
    with their entry: a mended key's old facts take a relay's `at` back, so it stays held here until they were read.
    """
    counted, waiting = marks.counted, None
    for entry in (marks.pending, told):
        if entry is None:
            continue
        if entry.offset <= position:
            counted = entry if counted is None or entry.at > counted.at else counted
        elif waiting is None or (entry.offset <= waiting.offset and entry.at >= waiting.at):
            waiting = entry
    return Marks(counted, waiting)
