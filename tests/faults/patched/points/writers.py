"""Points of whoever writes: before its commit, after it, with a time and nothing written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, cast

import asyncpg

from services.chassis.work import Work
from tests.faults.patched.patching import patch
from tests.faults.patched.points.point import Passage, Point

WRITERS: Final = ("*.api", "*.consume", "*.tick", "*.send", "cli.*")
_MOST: Final = 40


def backend_of(work: Work) -> int | None:
    """The server's process of this transaction, as `pg_stat_activity` names it; None before its first statement."""
    raw = cast("asyncpg.Connection[asyncpg.Record] | None", work._raw)
    return int(raw.get_server_pid()) if raw is not None else None


def in_hand(work: Work) -> Mapping[str, object]:
    """The open transaction and the keys it speaks of."""
    keys = sorted({f"{said.body.stream.name}/{said.body.key()}" for said in work._said})
    return {
        "backend": backend_of(work),
        "service": work.service,
        "facts": len(work._said),
        "keys": keys[:_MOST],
    }


def _after_outbox_commit(passage: Passage) -> None:
    original = Work.finish

    async def finish(self: Work) -> bool:
        said = await original(self)
        if said:
            passage(lambda: in_hand(self))
        return said

    patch(Work, "finish", finish)


def _before_outbox_commit(passage: Passage) -> None:
    original = Work._write_outbox

    async def _write_outbox(self: Work) -> None:
        await original(self)
        passage(lambda: in_hand(self))

    patch(Work, "_write_outbox", _write_outbox)


def _after_time_taken(passage: Passage) -> None:
    original = Work.take_time

    async def take_time(self: Work) -> datetime:
        at = await original(self)
        passage(lambda: in_hand(self))
        return at

    taken = Work.time_was

    def time_was(self: Work, at: datetime) -> None:
        taken(self, at)
        passage(lambda: in_hand(self))

    patch(Work, "take_time", take_time)
    patch(Work, "time_was", time_was)


POINTS: Final = (
    Point("after_outbox_commit", "after outbox commit", "Work.finish", WRITERS, _after_outbox_commit),
    Point(
        "before_outbox_commit",
        "(the outbox rows are inserted, not committed)",
        "Work._write_outbox",
        WRITERS,
        _before_outbox_commit,
        open_transaction=True,
    ),
    Point(
        "after_time_taken",
        "(a writer has its transaction id and its time, and has written nothing)",
        "Work.take_time",
        WRITERS,
        _after_time_taken,
        open_transaction=True,
    ),
)
