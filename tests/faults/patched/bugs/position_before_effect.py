"""The reader notes where it is before it does what it read: the position is committed, then the effect."""

from collections.abc import Sequence

from services.chassis.consume.apply import apply
from services.chassis.consume.assignment import Polled
from services.chassis.consume.decode import Item, Unread
from services.chassis.consume.plan import Plan
from services.chassis.consume.poll import Polls
from services.chassis.work import Work
from tests.faults.patched.patching import patch


def plant() -> None:
    """In the one way a poll is applied."""
    patch(Polls, "_together", _together)


async def _together(self: Polls, polled: Polled, items: Sequence[Item], broken: Sequence[Unread]) -> bool:
    async def first(work: Work) -> None:
        await self._finish(work, polled, broken, paused=False)

    async def then(work: Work) -> Plan:
        return await apply(work, self._reads, items, adopts=self._assignment.adopts) if items else Plan()

    self._moved = {}
    await self._database.run(first, actor=self._actor)
    return (await self._database.run(then, actor=self._actor)).paused
