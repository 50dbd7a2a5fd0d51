"""A builder of what a service heard: one stream's watermark rows, set at once, so that no test waits for a relay."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime

from contracts.streams import PARTITIONS, partition_of
from services.chassis.database import Database


async def set_heard(
    database: Database, stream: str, at: datetime, *, held: Collection[str] = (), more: Mapping[int, int] | None = None
) -> None:
    """Every partition is complete up to `at`, but for these held keys and so many `more` in a partition."""
    names: dict[int, list[str]] = defaultdict(list)
    for key in held:
        names[partition_of(key)].append(key)
    async with database.work("system:test") as work:
        await work.run("insert into reader (stream) values ($1) on conflict do nothing", stream)
        await work.run("delete from heard where stream = $1", stream)
        for partition in range(PARTITIONS):
            await work.run(
                "insert into heard (stream, partition, counted_at, counted_offset, held, held_more) "
                "values ($1, $2, $3, 0, $4, $5)",
                stream,
                partition,
                at,
                names[partition],
                (more or {}).get(partition, 0),
            )
