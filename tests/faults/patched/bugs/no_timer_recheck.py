"""The ticker fires what it saw when it looked: nothing is read again once the lead is locked.

An answer that was heard between the look and the lock is overwritten.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.chassis.timers import ticker
from services.chassis.timers.allowance import Allowance
from services.chassis.timers.due import DueTimer
from services.chassis.work import Work
from services.sla.clocks.rules.lead import Clocks
from services.sla.clocks.storage import leads, timers
from tests.faults.patched.patching import patch

if TYPE_CHECKING:
    from services.chassis.service import TimerKind

_TAKE: Final = """
with gone as (delete from timer where kind = $1 and subject = any($2::uuid[]))
insert into timer_ledger (kind, fired) select $1, cardinality($2::uuid[])
"""

AsTheyAre = Callable[[Work, Collection[UUID]], Awaitable[dict[UUID, Clocks]]]


def plant() -> None:
    """In sla's ticker."""
    fire_or_hold, as_they_are = ticker.Ticker._fire_or_hold, leads.clocks_as_they_are
    looked: dict[UUID, DueTimer] = {}
    seen: dict[UUID, Clocks] = {}

    async def _fire_or_hold(
        self: ticker.Ticker, kind: "TimerKind", due: Sequence[DueTimer], allowance: Allowance
    ) -> int:
        if kind.name == timers.KIND:
            looked.update({timer.subject: timer for timer in due})
            async with self._database.work(self._actor) as work:
                seen.update(await as_they_are(work, [timer.subject for timer in due]))
        return await fire_or_hold(self, kind, due, allowance)

    async def take_off(
        work: Work, kind: str, subjects: Sequence[UUID], until: Sequence[datetime], sure: Sequence[datetime]
    ) -> list[DueTimer]:
        await work.run(_TAKE, kind, list(subjects))
        return [looked[subject] for subject in subjects]

    async def clocks_as_they_are(work: Work, leads: Collection[UUID]) -> dict[UUID, Clocks]:
        return {lead: seen[lead] for lead in leads if lead in seen} or await as_they_are(work, leads)

    patch(ticker.Ticker, "_fire_or_hold", _fire_or_hold)
    patch(ticker, "take_off", take_off)
    patch(leads, "clocks_as_they_are", clocks_as_they_are)
