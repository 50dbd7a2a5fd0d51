"""Leads whose tokens did not come in time are owned all the same, and compared when they come."""

from collections.abc import Sequence
from uuid import UUID

from contracts.envelope import FactBody
from contracts.streams import TOKENS, partition_of
from services.chassis.consume.heard_rows import counted
from services.chassis.timers.due import DueTimer
from services.chassis.timers.rows import set_timers
from services.chassis.work import Work
from services.routing.duplicates.storage.tokens import having_tokens
from services.routing.leads.rules.checking import ASSIGN_WITHOUT_TOKENS, TOKENS_WITHIN, waits_on
from services.routing.leads.storage.desk import load_desk, said_before, save_desk
from services.routing.leads.storage.leads import leads_for_update


async def assign_without_tokens(work: Work, due: Sequence[DueTimer]) -> None:
    """Give these leads an owner without a duplicate check, or wait on while the tokens reader is behind."""
    leads = await leads_for_update(work, [timer.subject for timer in due])
    late = {lead: row for lead, row in leads.items() if row.open and row.checked is None}
    heard = await counted(work, TOKENS.name)
    complete = {partition: one.at for partition, one in heard.items()}
    waiting = {
        lead for lead, row in late.items() if waits_on(row, tokens_to=complete.get(partition_of(str(lead))), at=work.at)
    }
    await set_timers(work, ASSIGN_WITHOUT_TOKENS, dict.fromkeys(waiting, work.at + TOKENS_WITHIN))
    await _place(work, [lead for lead in late if lead not in waiting])


async def _place(work: Work, ids: Sequence[UUID]) -> None:
    checkable = await having_tokens(work, ids)
    leads = await leads_for_update(work, ids)
    desk = await load_desk(work, leads, to_check=checkable, said_before=await said_before(work, checkable))
    for lead in leads:
        row = desk.leads[lead]
        said: list[FactBody] = desk.check(row, work.at) if lead in checkable else desk.give_up_waiting(row)
        said += desk.place(desk.leads[lead], work.at)
        work.emit(said, is_test=row.is_test)
    await save_desk(work, desk, before=leads)
