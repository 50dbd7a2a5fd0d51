"""One timer row per lead and clock: what fires next."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.vocabulary import Clock
from services.chassis.timers import cancel_timers, hold_timers, set_timers
from services.chassis.work import Work
from services.sla.clocks.rules.lead import Clocks

KIND: Final = str(Clock.FIRST_RESPONSE)


async def follow(work: Work, before: Mapping[UUID, Clocks], after: Mapping[UUID, Clocks]) -> None:
    """Set, move or cancel the timers of leads whose clocks changed; those of a parked lead stay held."""
    due = {lead: at for lead, clocks in after.items() if (at := _due(clocks)) is not None}
    moved = {lead: at for lead, at in due.items() if _due(before.get(lead)) != at}
    await set_timers(work, KIND, moved)
    await cancel_timers(work, [KIND], [lead for lead in after if lead not in due and _due(before.get(lead))])
    await hold_timers(work, [lead for lead in moved if after[lead].lead.parked], held=True)


async def set_anew(work: Work, clocks: Iterable[Clocks]) -> None:
    """Set what these clocks wait for, whatever is there: after a stop that was not the end, and after firing."""
    due = {one.lead.id: at for one in clocks if (at := _due(one)) is not None}
    await set_timers(work, KIND, due)


def _due(clocks: Clocks | None) -> datetime | None:
    return clocks.running.next_due if clocks is not None and clocks.running is not None else None
