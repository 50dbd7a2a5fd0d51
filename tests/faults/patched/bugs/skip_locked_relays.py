"""Relays share one outbox by `for update skip locked`: pick, send, mark, commit; nobody owns a shard.

The second passes over what the first holds and sends a key's later facts before its earlier ones.
"""

from collections.abc import Mapping
from typing import Final

from contracts.streams import Stream
from services.chassis.relay import poll
from services.chassis.relay.poll import Row
from services.chassis.relay.ship import Shipping, Turn
from tests.faults.patched.patching import patch

_PICK: Final = """
select 0::bigint as term, id, created, fact, shard, stream, key, version, type, at, headers, body from outbox
where sent_at is null and not held and stream = any ($1) order by id limit $2 for update skip locked
"""
_MARK: Final = "update outbox set sent_at = clock_timestamp() where id = any ($1)"


def plant() -> None:
    """In the round of the relay."""
    patch(Shipping, "turn", _turn)


async def _turn(self: Shipping, streams: Mapping[str, Stream]) -> Turn:
    await self._publisher.open()
    try:
        async with self._database.work(self._actor) as work:
            found = await work.fetch(_PICK, list(streams), poll.MAX_ROWS)
            lots: dict[tuple[str, int], list[Row]] = {}
            for row in found:
                lots.setdefault((row["stream"], row["shard"]), []).append(poll._row(row))
            for (stream, shard), rows in lots.items():
                await _send(self, streams[stream], shard, rows)
            await work.run(_MARK, [row["id"] for row in found])
    except BaseException:
        await self._publisher.discard()
        raise
    return Turn(len(found), len(found))


async def _send(self: Shipping, stream: Stream, shard: int, rows: list[Row]) -> None:
    while rows:
        batch = self._publisher.fill([(row.head.key.encode(), row.body, row.headers) for row in rows])
        end = await self._publisher.send(batch, stream.topic(self._namespace), shard)
        rows = rows[batch.count :]
        if end is not None:
            self.ends[stream.name, shard] = end
