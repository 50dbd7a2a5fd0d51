"""Recording one outreach: what it met decides status, milestones and the next action (R29, R31, R51)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from contracts.envelope import FactBody
from contracts.leads.facts import AttemptRecorded
from contracts.vocabulary import (
    CloseReason,
    ContactChannel,
    ContactResult,
    Direction,
    Milestone,
    NextAction,
    Outcome,
    Permitted,
    Resolver,
    Stage,
    Status,
)
from services.routing.leads.rules import say
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.moves import Actor, Move, Refused, become, end, not_yours, reach

TRY_AGAIN_AFTER: Final = timedelta(hours=4)
"""the contact plan's shortest distance between two attempts (defaults.md)"""

FOLLOW_UP_AFTER: Final = timedelta(days=1)
"""after two-way contact; the owner may name another time"""

_TWO_WAY: Final = frozenset({ContactResult.REACHED, ContactResult.CALL_BACK_ASKED})
_TRYING: Final = frozenset({Status.NEW, Status.ATTEMPTING, Status.CONTACTED})


@dataclass(frozen=True, slots=True)
class NextStep:
    """What the caller said is to be done next."""

    action: NextAction
    who: Resolver
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Attempt:
    """One outreach as a coordinator records it."""

    direction: Direction
    channel: ContactChannel
    result: ContactResult
    outcome: Outcome | None = None
    next_step: NextStep | None = None


def record_attempt(lead: Lead, attempt: Attempt, actor: Actor, *, at: datetime) -> Move | Refused:
    """The lead after this outreach. No permission, no outreach (R29); "asked to stop" closes at once."""
    if refused := not_yours(lead, actor) or _not_permitted(lead, attempt):
        return refused
    lead = replace(lead, attempts=lead.attempts + 1)
    facts: list[FactBody] = [_said(lead, attempt)]
    two_way = attempt.result in _TWO_WAY
    lead, reached = reach(lead, [Milestone.FIRST_ATTEMPT, *([Milestone.REACHED] if two_way else [])])
    facts += reached
    if attempt.result is ContactResult.ASKED_TO_STOP:
        lead, ended = end(lead, CloseReason.PERMISSION_REVOKED, at)
        return Move(lead, (*facts, *ended))
    if attempt.outcome is Outcome.PRESCREEN_STARTED and two_way:
        lead, started = reach(lead, [Milestone.PRESCREEN_STARTED])
        facts += started
    if lead.stage is Stage.INTAKE and lead.status in _TRYING:
        lead, changed = become(lead, lead.stage, Status.CONTACTED if two_way else _tried(lead.status))
        facts += changed
    lead = _with_next(lead, attempt.next_step or _usual(two_way, at))
    return Move(lead, (*facts, say.next_action(lead)))


def set_next(lead: Lead, step: NextStep, actor: Actor) -> Move | Refused:
    """Another next action, in place of the one there was."""
    if refused := not_yours(lead, actor):
        return refused
    lead = _with_next(lead, step)
    return Move(lead, (say.next_action(lead),))


def _not_permitted(lead: Lead, attempt: Attempt) -> Refused | None:
    asked = Permitted(attempt.channel.value)
    if attempt.direction is Direction.OUT and asked not in lead.permitted:
        allowed = tuple(sorted(channel.value for channel in lead.permitted))
        return Refused("channel_not_permitted", "The person did not permit contact by this channel.", allowed)
    if attempt.result is ContactResult.MESSAGE_LEFT and Permitted.MAY_LEAVE_MESSAGE not in lead.permitted:
        return Refused("message_not_permitted", "The person did not permit leaving a message.", ("no_answer",))
    return None


def _tried(status: Status) -> Status:
    return Status.ATTEMPTING if status is Status.NEW else status


def _usual(two_way: bool, at: datetime) -> NextStep:
    if two_way:
        return NextStep(NextAction.START_PRESCREEN, Resolver.OWNER, at + FOLLOW_UP_AFTER)
    return NextStep(NextAction.CALL_AGAIN, Resolver.OWNER, at + TRY_AGAIN_AFTER)


def _with_next(lead: Lead, step: NextStep) -> Lead:
    return replace(lead, next_action=step.action, next_who=step.who, next_due=step.due_at)


def _said(lead: Lead, attempt: Attempt) -> AttemptRecorded:
    return AttemptRecorded(
        **say.whose(lead),
        attempt=lead.attempts,
        direction=attempt.direction,
        channel=attempt.channel,
        result=attempt.result,
        outcome=attempt.outcome,
    )
