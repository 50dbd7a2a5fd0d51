"""POST: commands on one lead. Each names the version it was decided on (If-Match) and is answered with the new one."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from contracts.network.facts import StaffDefined
from contracts.vocabulary import AssignReason, BlockerKind
from services.chassis.audit import audit
from services.chassis.http.problems import Conflict, NotFound, Problem
from services.chassis.http.routes import Answer, Call
from services.chassis.work import Work
from services.routing.leads.api.bodies import AttemptBody, BlockerBody, CloseBody, NextStepBody
from services.routing.leads.api.reading import answer_with
from services.routing.leads.rules.attempts import Attempt, NextStep, record_attempt, set_next
from services.routing.leads.rules.blockers import clear_blocker, raise_blocker
from services.routing.leads.rules.closing import close
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.moves import Actor, Move, Refused
from services.routing.leads.storage.desk import COPIES
from services.routing.leads.storage.leads import save_leads
from services.routing.leads.storage.queue import lead_for_update
from services.routing.leads.storage.waiting import free_place

Decide = Callable[[Lead, Actor], Move | Refused]


async def post_attempt(call: Call[AttemptBody]) -> Answer:
    """Record one outreach."""
    body = call.body
    attempt = Attempt(
        body.direction, body.channel, body.result, body.outcome, next_step(body.next) if body.next else None
    )
    return await _command(call, "attempt", lambda lead, actor: record_attempt(lead, attempt, actor, at=call.work.at))


async def post_blocker(call: Call[BlockerBody]) -> Answer:
    """Say what holds the lead up."""
    body = call.body
    return await _command(
        call, "blocker", lambda lead, actor: raise_blocker(lead, body.kind, body.until, actor, at=call.work.at)
    )


async def post_blocker_clear(call: Call[None]) -> Answer:
    """Say that it no longer does."""
    try:
        kind = BlockerKind(call.path["kind"])
    except ValueError:
        raise NotFound from None
    return await _command(call, "blocker_clear", lambda lead, actor: clear_blocker(lead, kind, actor))


async def post_next_action(call: Call[NextStepBody]) -> Answer:
    """Say what is to be done next."""
    return await _command(call, "next_action", lambda lead, actor: set_next(lead, next_step(call.body), actor))


async def post_close(call: Call[CloseBody]) -> Answer:
    """End the lead's way."""
    return await _command(call, "close", lambda lead, actor: close(lead, call.body.reason, actor, at=call.work.at))


def next_step(body: NextStepBody) -> NextStep:
    """The body as its rule takes it."""
    return NextStep(body.action, body.who, body.due_at)


async def _command(call: Call[Any], act: str, decide: Decide) -> Answer:
    """Load and lock, decide, record, emit."""
    lead = await lead_for_update(call.work, call.uuid("lead"))
    if lead is None:
        raise NotFound
    if lead.version != call.if_match:
        raise Conflict
    actor = await _actor(call.work, call.caller.id, lead.site)
    await call.work.take_time()
    decided = decide(lead, actor)
    if isinstance(decided, Refused):
        raise _refusal(decided)
    changed = replace(decided.lead, version=lead.version + 1)
    call.work.emit(decided.facts, is_test=lead.is_test)
    await save_leads(call.work, [changed])
    await audit(call.work, act, f"lead/{lead.id}", {"version": changed.version})
    if lead.counts and not changed.counts:
        await free_place(call.work, lead, reason=AssignReason.SLOT_FREED)
    return await answer_with(call, changed)


async def _actor(work: Work, staff: str, site: str) -> Actor:
    """The signed-in staff member as this service knows them; roles count at their own sites only."""
    body = (await COPIES.present(work, [f"staff/{staff}"])).get(f"staff/{staff}")
    if not isinstance(body, StaffDefined) or site not in body.sites:
        raise NotFound
    return Actor(staff, frozenset(body.roles))


def _refusal(refused: Refused) -> Problem:
    """409 with what is allowed instead; the words are ours."""
    allowed = f" Allowed: {', '.join(refused.allowed)}." if refused.allowed else ""
    return Problem(409, refused.code, detail=refused.says + allowed)
