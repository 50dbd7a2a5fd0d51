"""A fact that cannot be applied is put aside with a line in the log, and its key goes on without it."""

from collections.abc import Set
from dataclasses import replace

from services.chassis.consume import cursors
from services.chassis.consume.careful import Careful
from services.chassis.consume.decode import Item
from services.chassis.telemetry.logs import get_logger
from services.chassis.work import Work
from tests.faults.patched.patching import patch


def plant() -> None:
    """In place of parking."""
    patch(Careful, "_park", _park)


async def _park(self: Careful, item: Item, error: Exception, adopts: Set[int]) -> None:
    stream = self._reads.stream.name

    async def put_aside(work: Work) -> None:
        cursor = (await cursors.lock(work, stream, [item.key]))[item.key]
        if item.version > cursor.version:
            await cursors.save(work, stream, {item.key: replace(cursor, version=item.version, last_id=item.head.id)})

    await self._database.run(put_aside, actor=self._actor)
    get_logger("readers").error("a dead letter", stream=stream, key=item.key, version=item.version, exc_info=error)
