"""Points of a reader: before and after its handlers, after its commit, while it parks, while a key is retried."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextvars import ContextVar
from typing import Final

from contracts.streams import Stream
from services.chassis.consume import careful, cursors, parked
from services.chassis.consume.assignment import Assignment, Polled
from services.chassis.consume.decode import Item, Unread
from services.chassis.consume.mend import Mended, Mending
from services.chassis.consume.plan import Plan
from services.chassis.consume.poll import Polls
from services.chassis.consume.rules import Cursor
from services.chassis.service import Reads
from services.chassis.work import Work
from tests.faults.patched.patching import patch
from tests.faults.patched.points.point import Passage, Point
from tests.faults.patched.points.writers import backend_of

CarryOut = Callable[..., Awaitable[None]]

READERS: Final = ("*.consume",)
_MOST: Final = 40
_RETRYING: ContextVar[bool] = ContextVar("retrying", default=False)


def _before_handlers(passage: Passage) -> None:
    original = cursors.lock

    async def lock(work: Work, stream: str, keys: Iterable[str]) -> dict[str, Cursor]:
        wanted = list(keys)
        locked = await original(work, stream, wanted)
        passage(lambda: {"backend": backend_of(work), "stream": stream, "keys": sorted(set(wanted))[:_MOST]})
        return locked

    patch(cursors, "lock", lock)


def _holding_a_batch(passage: Passage) -> None:
    """Nothing is locked: whoever takes the partitions over meanwhile is held up by nobody."""
    original = Polls._together

    async def _together(self: Polls, polled: Polled, items: Sequence[Item], broken: Sequence[Unread]) -> bool:
        offsets = {str(p): [records[0].offset, records[-1].offset] for p, records in polled.items()}
        passage(lambda: {"topic": self._topic, "offsets": offsets, "rows": len(items)})
        return await original(self, polled, items, broken)

    patch(Polls, "_together", _together)


def _after_effect_before_offset(passage: Passage) -> None:
    original = Polls._finish

    async def _finish(self: Polls, work: Work, polled: Polled, broken: Sequence[Unread], *, paused: bool) -> None:
        offsets = {str(p): [records[0].offset, records[-1].offset] for p, records in polled.items()}
        passage(lambda: {"backend": backend_of(work), "topic": self._topic, "offsets": offsets})
        await original(self, work, polled, broken, paused=paused)

    patch(Polls, "_finish", _finish)


def _after_commit_before_kafka_commit(passage: Passage) -> None:
    original = Assignment.moved

    def moved(self: Assignment, partition: int, offset: int) -> None:
        passage(lambda: {"topic": self._topic, "partition": partition, "next": offset})
        original(self, partition, offset)

    patch(Assignment, "moved", moved)


def _during_park(passage: Passage) -> None:
    original = parked.add

    async def add(work: Work, stream: Stream, items: Sequence[Item]) -> None:
        await original(work, stream, items)
        keys = sorted({item.key for item in items})
        passage(lambda: {"backend": backend_of(work), "stream": stream.name, "keys": keys[:_MOST]})

    patch(parked, "add", add)


def _during_retry_of_parked(passage: Passage) -> None:
    retry_ = Mending.retry
    carry_out_: CarryOut = vars(careful)["carry_out"]

    async def retry(self: Mending, key: str) -> Mended:
        token = _RETRYING.set(True)
        try:
            return await retry_(self, key)
        finally:
            _RETRYING.reset(token)

    async def carry_out(work: Work, reads: Reads, made: Plan, *, hooks: bool = True) -> None:
        await carry_out_(work, reads, made, hooks=hooks)
        if _RETRYING.get():
            keys = sorted(made.cursors)
            passage(lambda: {"backend": backend_of(work), "stream": reads.stream.name, "keys": keys})

    patch(Mending, "retry", retry)
    patch(careful, "carry_out", carry_out)


POINTS: Final = (
    Point(
        "holding_a_batch",
        "(a batch is fetched and read, no transaction is open)",
        "Polls._together",
        READERS,
        _holding_a_batch,
        stop_for=9.0,
    ),
    Point(
        "before_handlers",
        "(the cursors are locked, nothing is applied)",
        "cursors.lock",
        READERS,
        _before_handlers,
        open_transaction=True,
    ),
    Point(
        "after_effect_before_offset",
        "after effect before offset",
        "Polls._finish",
        READERS,
        _after_effect_before_offset,
        open_transaction=True,
    ),
    Point(
        "after_commit_before_kafka_commit",
        "after effect before offset (Kafka's own)",
        "Assignment.moved",
        READERS,
        _after_commit_before_kafka_commit,
    ),
    Point("during_park", "during park", "parked.add", READERS, _during_park, open_transaction=True),
    Point(
        "during_retry_of_parked",
        "during retry of parked",
        "Mending.retry, careful.carry_out",
        ("cli.parked",),
        _during_retry_of_parked,
        open_transaction=True,
    ),
)
