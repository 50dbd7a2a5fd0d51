"""What the leads room hears. Whichever of referrals and tokens comes second places the lead, in that transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from contracts.envelope import Fact, FactBody
from contracts.network.facts import PoolDefined, RouteDefined, StaffDefined
from contracts.referrals.facts import ReferralReceived, ReferralWithdrawn
from contracts.vocabulary import AssignReason
from services.chassis.timers.rows import cancel_timers, set_timers
from services.chassis.work import Work
from services.routing.duplicates.storage.tokens import having_tokens
from services.routing.leads.rules import say
from services.routing.leads.rules.checking import ASSIGN_WITHOUT_TOKENS, TOKENS_WITHIN
from services.routing.leads.rules.lead import Lead, Mark, opened
from services.routing.leads.rules.marks import mark_after, marked
from services.routing.leads.rules.withdrawing import take_back
from services.routing.leads.storage.desk import load_desk, meet, save_desk
from services.routing.leads.storage.leads import insert_leads, leads_for_update, mark_parked, save_leads
from services.routing.leads.storage.marks import early_marks, keep_early, with_early_marks
from services.routing.leads.storage.waiting import drain, free_place


async def on_referrals(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Open a lead for every accepted referral, and place it if its tokens are here; close those taken back."""
    if received := {UUID(fact.body.lead): fact for fact in facts if isinstance(fact.body, ReferralReceived)}:
        await _open(work, received)
    if withdrawn := {UUID(fact.body.lead): fact for fact in facts if isinstance(fact.body, ReferralWithdrawn)}:
        await _take_back(work, withdrawn)


async def _open(work: Work, received: Mapping[UUID, Fact[ReferralReceived]]) -> None:
    said_before = await meet(work, received)
    checkable = await having_tokens(work, received)
    at = await work.take_time()
    leads = {lead: opened(fact.body, is_test=fact.is_test, at=at) for lead, fact in received.items()}
    leads = await with_early_marks(work, leads)
    desk = await load_desk(work, leads, to_check=checkable, said_before=said_before)
    for lead, fact in received.items():
        said: list[FactBody] = [say.lead_opened(leads[lead]), say.milestone(leads[lead], leads[lead].milestones[0])]
        if lead in checkable:
            said += desk.check(desk.leads[lead], at)
            said += desk.place(desk.leads[lead], at)
        work.emit(said, cause=fact)
    await insert_leads(work, desk.leads.values())
    await save_desk(work, desk, before=desk.leads)
    await set_timers(work, ASSIGN_WITHOUT_TOKENS, {lead: at + TOKENS_WITHIN for lead in leads if lead not in checkable})


async def _take_back(work: Work, withdrawn: Mapping[UUID, Fact[ReferralWithdrawn]]) -> None:
    leads = await leads_for_update(work, withdrawn)
    at = await work.take_time()
    for lead in leads.values():
        if move := take_back(lead, at):
            work.emit(move.facts, cause=withdrawn[lead.id])
            await save_leads(work, [replace(move.lead, version=lead.version + 1)])
            if lead.counts:
                await free_place(work, lead, reason=AssignReason.SLOT_FREED)


async def on_tokens(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Compare the tokens of leads that are open here; a lead that waited for them is placed."""
    causes = {UUID(fact.key): fact for fact in facts}
    said_before = await meet(work, causes)
    leads = {lead: row for lead, row in (await leads_for_update(work, causes)).items() if row.open}
    if not leads:
        return
    desk = await load_desk(work, leads, to_check=leads, said_before=said_before)
    at = await work.take_time()
    for lead in leads:
        said = desk.check(desk.leads[lead], at)
        said += desk.place(desk.leads[lead], at)
        work.emit(said, cause=causes[lead])
    await save_desk(work, desk, before=leads)
    await cancel_timers(work, [ASSIGN_WITHOUT_TOKENS], leads)


async def on_network(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """A route, a pool or a person came or changed: whoever waited may find a place now."""
    if any(isinstance(fact.body, RouteDefined | PoolDefined | StaffDefined) for fact in facts):
        await drain(work, reason=AssignReason.NETWORK_ARRIVED)


async def on_alerts(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Show in the queue what sla says: the running deadline, the open alert."""
    by_lead: dict[UUID, list[Fact[Any]]] = {}
    for fact in facts:
        by_lead.setdefault(UUID(fact.key), []).append(fact)
    leads = await leads_for_update(work, by_lead)
    if early := by_lead.keys() - leads.keys():
        await meet(work, early)
        leads |= await leads_for_update(work, early)
    changed: dict[UUID, Lead] = {lead: marked(row, [f.body for f in by_lead[lead]]) for lead, row in leads.items()}
    await save_leads(work, _different(changed, leads))
    await _keep_early(work, {lead: by_lead[lead] for lead in by_lead.keys() - leads.keys()})


async def on_parked(work: Work, keys: Sequence[str], parked: bool) -> None:
    """Facts of these leads wait for repair, or no longer: shown in the queue, and no outreach meanwhile."""
    await mark_parked(work, keys)


async def _keep_early(work: Work, said: Mapping[UUID, Sequence[Fact[Any]]]) -> None:
    if not said:
        return
    before = await early_marks(work, said)
    after = {lead: mark_after(before.get(lead, Mark()), [f.body for f in facts]) for lead, facts in said.items()}
    await keep_early(work, after, {lead: facts[0].body.site for lead, facts in said.items()})


def _different(after: Mapping[UUID, Lead], before: Mapping[UUID, Lead]) -> list[Lead]:
    return [lead for lead in after.values() if before[lead.id] != lead]
