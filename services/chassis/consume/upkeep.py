"""What a reader does beside reading: gauges, gaps that stay open, repairs left halfway, the end of bootstrapping."""

from collections.abc import Mapping
from typing import Final

from services.chassis.consume import tell
from services.chassis.consume.careful import Careful
from services.chassis.consume.lag import behind
from services.chassis.consume.pause import end_bootstrap, is_paused
from services.chassis.consume.position import positions
from services.chassis.consume.rules import UNPATIENT_AFTER
from services.chassis.database import Database
from services.chassis.service import Reads
from services.chassis.work import Work

_PARKED: Final = "select count(*) from reader_cursor where stream = $1 and parked"

_OPEN_GAPS: Final = """
select p.key, min(p.version) as version from parked as p join reader_cursor as c using (stream, key)
where p.stream = $1 group by p.key, c.version
having min(p.version) > c.version + 1 and min(p.parked_at) < clock_timestamp() - make_interval(secs => $2)
order by p.key limit 20
"""

_HALFWAY: Final = """
select p.key from parked as p join reader_cursor as c using (stream, key)
where p.stream = $1 and c.parked and p.version = c.version + 1 and p.why = 'waits' order by p.key limit 20
"""
"""Nothing is wrong with the next fact of these keys: what stood before it was repaired, by somebody who was killed."""


async def look_after(database: Database, stream: str, topic: str, ends: Mapping[int, int]) -> int:
    """Say how this reader stands, page for gaps older than 60 s; the records it has not read. `ends`: by partition."""

    async def look(work: Work) -> tuple[int, int, list[tuple[str, int]]]:
        left = sum(behind(ends, await positions(work, topic)).values())
        if not left:
            await end_bootstrap(work, stream)
        gaps = await work.fetch(_OPEN_GAPS, stream, UNPATIENT_AFTER)
        return left, await work.value(_PARKED, stream), [(row["key"], row["version"]) for row in gaps]

    left, parked, gaps = await database.run(look, actor=f"system:{database.service}")
    tell.standing(database.service, stream, left=left, parked=parked)
    for key, version in gaps:
        tell.open_gap(database.service, stream, key, version)
    return left


async def take_up_halfway(database: Database, reads: Reads) -> int:
    """Go on where a repair was left halfway; how many facts were applied. A paused reader leaves them as they are."""

    async def look(work: Work) -> list[str]:
        keys = [row["key"] for row in await work.fetch(_HALFWAY, reads.stream.name)]
        return [] if keys and await is_paused(work, reads.stream.name) else keys

    careful = Careful(database, reads)
    keys = await database.run(look, actor=f"system:{database.service}")
    return sum([await careful.drain(key) for key in keys])
