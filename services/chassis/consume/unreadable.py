"""Records whose headers say nothing: noted without their bytes, paged, read again by hand (delivery.md, "Reading")."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from services.chassis.consume.decode import Spot, Unread
from services.chassis.work import Work

_ADD: Final = """
insert into unreadable (topic, partition, "offset", error, sha256)
select * from unnest($1::text[], $2::int[], $3::bigint[], $4::text[], $5::text[]) on conflict do nothing
"""
_REMOVE: Final = 'delete from unreadable where topic = $1 and partition = $2 and "offset" = $3'
_ALL: Final = 'select topic, partition, "offset", error, sha256, seen_at from unreadable order by 1, 2, 3'


@dataclass(frozen=True, slots=True)
class Noted:
    """One unreadable record (`baton unreadable list`)."""

    spot: Spot
    error: str
    sha256: str
    since: datetime


async def note(work: Work, records: Sequence[Unread]) -> None:
    """Remember these; seen again, nothing changes. One statement."""
    await work.run(
        _ADD,
        [one.spot.topic for one in records],
        [one.spot.partition for one in records],
        [one.spot.offset for one in records],
        [one.error for one in records],
        [one.sha256 for one in records],
    )


async def forget(work: Work, spot: Spot) -> None:
    """It was read after all."""
    await work.run(_REMOVE, spot.topic, spot.partition, spot.offset)


async def noted(work: Work) -> list[Noted]:
    """Every unreadable record this service has met."""
    return [
        Noted(Spot(row["topic"], row["partition"], row["offset"]), row["error"], row["sha256"], row["seen_at"])
        for row in await work.fetch(_ALL)
    ]
