"""Points of the relay: before and after a batch is on Kafka, and inside the mark."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from contracts.streams import WATERMARKS, Stream
from services.chassis.relay import ship
from services.chassis.relay.poll import Row
from services.chassis.relay.publish import Batch, Publisher
from services.chassis.relay.relay import LEASE_SECONDS
from services.chassis.relay.ship import Shipping, _Tried
from services.chassis.work import Work
from tests.faults.patched.patching import patch
from tests.faults.patched.points.point import Passage, Point
from tests.faults.patched.points.writers import backend_of

Marks = Callable[..., Awaitable[dict[int, int]]]

RELAYS: Final = ("*.relay",)
_MOST: Final = 40
_WATERMARKS: Final = WATERMARKS.topic("")


def rows_in_hand(rows: Sequence[Row]) -> Mapping[str, object]:
    """Which rows, and of which shards and keys."""
    return {
        "rows": len(rows),
        "shards": sorted({row.shard for row in rows}),
        "keys": sorted({row.head.key for row in rows})[:_MOST],
    }


def _after_send_before_mark(passage: Passage) -> None:
    original = Shipping._settle

    async def _settle(self: Shipping, tried: Sequence[_Tried], streams: Mapping[str, Stream]) -> None:
        if rows := [row for one in tried if one.error is None for row in one.rows]:
            passage(lambda: rows_in_hand(rows))
        await original(self, tried, streams)

    patch(Shipping, "_settle", _settle)


def _inside_mark(passage: Passage) -> None:
    original: Marks = vars(ship)["mark_sent"]

    async def mark_sent(work: Work, owner: str, rows: Sequence[Row], blank: Sequence[str]) -> dict[int, int]:
        marked = await original(work, owner, rows, blank)
        passage(lambda: {**rows_in_hand(rows), "backend": backend_of(work), "marked": sum(marked.values())})
        return marked

    patch(ship, "mark_sent", mark_sent)


def _lease_just_expired(passage: Passage) -> None:
    """After the relay's own look at its lease, so that it goes on to send and to mark what is not its own any more."""
    original = Publisher.send

    async def send(self: Publisher, batch: Batch, topic: str, partition: int) -> int | None:
        if not topic.endswith(_WATERMARKS):
            keys = sorted({key.decode() for key, _, _ in batch.records})
            passage(
                lambda: {
                    "rows": batch.count,
                    "shards": [partition],
                    "stream": topic.split(".")[-2],
                    "keys": keys[:_MOST],
                }
            )
        return await original(self, batch, topic, partition)

    patch(Publisher, "send", send)


POINTS: Final = (
    Point("after_send_before_mark", "after send before mark", "Shipping._settle", RELAYS, _after_send_before_mark),
    Point("inside_mark", "inside mark", "ship.mark_sent", RELAYS, _inside_mark, open_transaction=True),
    Point(
        "lease_just_expired",
        "lease just expired",
        "Publisher.send",
        RELAYS,
        _lease_just_expired,
        stop_for=LEASE_SECONDS + 1,
    ),
)
