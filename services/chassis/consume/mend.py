"""Repair by hand: `baton parked retry | adopt | drop`, `baton unreadable retry`; there is no second way of applying."""

from dataclasses import dataclass, replace
from typing import Final

from contracts.streams import Order
from services.chassis.audit import audit
from services.chassis.consume import cursors, parked, unreadable
from services.chassis.consume.careful import Careful
from services.chassis.consume.decode import Item, Spot, read
from services.chassis.consume.kafka import NotOnKafka, record_at
from services.chassis.consume.rules import Cursor
from services.chassis.database import Database
from services.chassis.service import Reads
from services.chassis.work import Work

_ACTOR: Final = "system:operator"
"""Whoever may run `baton` beside the settings of a service; the audit names the act."""


class NothingParked(LookupError):
    """This key, or this version of it, is not parked."""


class StillMissing(ValueError):
    """Versions before the parked one have not come: dropped now, they would be passed over as repeats when they do."""


class StillUnreadable(ValueError):
    """The record's headers still do not say what it is."""


@dataclass(frozen=True, slots=True)
class Mended:
    """What a repair did: facts applied, facts of the key still parked and why the first of them is."""

    applied: int
    left: int
    why: str | None = None
    error: str | None = None


class Mending:
    """Repairs of one reader. The reader itself may run meanwhile, or be paused: cursors keep them apart."""

    def __init__(self, database: Database, reads: Reads, *, kafka: str) -> None:
        self._database = database
        self._reads = reads
        self._kafka = kafka
        self._careful = Careful(database, reads)

    async def retry(self, key: str) -> Mended:
        """Apply the parked facts of a key in order, until one is missing or fails again."""
        await self._rows(key, "parked_retried")
        return await self._again(key)

    async def _again(self, key: str) -> Mended:
        bodies = await self._read_again(await self._rows(key))
        applied = await self._careful.drain(key, again=True, bodies=bodies)
        left = await self._left(key)
        return Mended(applied, len(left), left[0].why if left else None, left[0].error if left else None)

    async def adopt(self, key: str) -> Mended:
        """Give up the versions missing before the first parked one, then go on as `retry` does."""

        async def skip(work: Work) -> None:
            cursor, rows = await self._locked(work, key)
            await cursors.save(
                work, self._reads.stream.name, {key: replace(cursor, version=min(rows) - 1, last_id=None)}
            )
            await self._note(work, "parked_adopted", key, min(rows))

        await self._database.run(skip, actor=_ACTOR)
        return await self._again(key)

    async def drop(self, key: str, version: int) -> Mended:
        """Give up the first parked fact of a key, which must be this version, then go on as `retry` does.

        Raises:
            NothingParked: it is not the first that is parked.
            StillMissing: what comes before it is not here yet; to give that up is for `adopt`.
        """

        async def give_up(work: Work) -> bool:
            cursor, rows = await self._locked(work, key)
            if version != min(rows):
                raise NothingParked(f"the first parked version is {min(rows)}")
            if self._reads.stream.order is Order.EVERY and version > cursor.version + 1:
                raise StillMissing(f"version {cursor.version + 1} has not come")
            await parked.remove(work, self._reads.stream, [(key, version)])
            moved = replace(cursor, version=version, last_id=rows[version].head.id, parked=len(rows) > 1)
            if not moved.parked and self._reads.on_parked:
                await self._reads.on_parked(work, [key], False)
            await cursors.save(work, self._reads.stream.name, {key: moved})
            await self._note(work, "parked_dropped", key, version)
            return moved.parked

        more = await self._database.run(give_up, actor=_ACTOR)
        return await self._again(key) if more else Mended(0, 0)

    async def read_unreadable(self, spot: Spot) -> None:
        """Read this offset again, and apply it as if it had just come.

        Raises:
            NotOnKafka: Kafka keeps it no longer.
            StillUnreadable: nothing has changed.
        """
        item = read(await record_at(self._kafka, spot), self._reads.stream)
        if not isinstance(item, Item):
            raise StillUnreadable(item.error)
        await self._careful.one_key([item])
        async with self._database.work(_ACTOR) as work:
            await unreadable.forget(work, spot)
            where = {"partition": spot.partition, "offset": spot.offset}
            await audit(work, "unreadable_retried", f"stream:{self._reads.stream.name}", where)

    async def _note(self, work: Work, act: str, key: str, version: int) -> None:
        await audit(work, act, f"key:{key}", {"stream": self._reads.stream.name, "version": version})

    async def _rows(self, key: str, act: str | None = None) -> dict[int, Item]:
        async with self._database.work(_ACTOR) as work:
            rows = await parked.afresh(work, self._reads.stream, key)
            if not rows:
                raise NothingParked(key)
            if act is not None:
                await self._note(work, act, key, min(rows))
        return rows

    async def _locked(self, work: Work, key: str) -> tuple[Cursor, dict[int, Item]]:
        cursor = (await cursors.lock(work, self._reads.stream.name, [key]))[key]
        rows = await parked.afresh(work, self._reads.stream, key)
        if not rows:
            raise NothingParked(key)
        return cursor, rows

    async def _left(self, key: str) -> list[parked.ParkedFact]:
        async with self._database.work(_ACTOR) as work:
            return await parked.parked_facts(work, self._reads.stream.name, key)

    async def _read_again(self, rows: dict[int, Item]) -> dict[int, bytes]:
        """Bodies that this service may not keep: they are on Kafka still, or are gone."""
        found: dict[int, bytes] = {}
        for version, item in rows.items():
            if item.raw is None:
                try:
                    found[version] = (await record_at(self._kafka, item.spot)).value or b""
                except NotOnKafka:
                    continue
        return found
