"""The facts of a lead: each carries study, site and partner, so that a reader needs no other row."""

from typing import TypedDict

from contracts.leads.facts import (
    DuplicateChecked,
    DuplicateDecided,
    DuplicateSuspected,
    LeadClosed,
    LeadOpened,
    LeadWaiting,
    MilestoneReached,
    NextActionSet,
    OwnerAssigned,
    StatusChanged,
)
from contracts.vocabulary import CloseReason, DuplicateCheck, Milestone, Status, TokenKind, WaitingReason, close_group
from services.routing.assignment.rules import Choice
from services.routing.duplicates.rules.judging import Match
from services.routing.leads.rules.lead import Lead


class Whose(TypedDict):
    """What every fact of a lead carries."""

    lead: str
    study: str
    site: str
    partner: str


def whose(lead: Lead) -> Whose:
    """The four of this lead."""
    return {"lead": str(lead.id), "study": lead.study, "site": lead.site, "partner": lead.partner}


def lead_opened(lead: Lead) -> LeadOpened:
    """It is on the desk."""
    return LeadOpened(
        **whose(lead), route=lead.route, channel=lead.channel, priority=lead.priority, received_at=lead.received_at
    )


def milestone(lead: Lead, reached: Milestone) -> MilestoneReached:
    """It got this far."""
    return MilestoneReached(**whose(lead), milestone=reached, received_at=lead.received_at)


def checked(lead: Lead, result: DuplicateCheck) -> DuplicateChecked:
    """Its tokens were compared, or did not come in time."""
    return DuplicateChecked(**whose(lead), result=result)


def suspected(lead: Lead, by: Match) -> DuplicateSuspected:
    """An earlier lead may be of the same person, and why."""
    return DuplicateSuspected(
        **whose(lead),
        earlier=str(by.earlier),
        matched=by.kinds,
        confidence=by.confidence,
        one_name=by.likeness.one_name,
        other_name=by.likeness.other_name,
        date=by.likeness.birth,
        place=by.likeness.place,
    )


def duplicate(lead: Lead, primary: str | None, matched: tuple[TokenKind, ...]) -> DuplicateDecided:
    """It stands under an earlier lead, or no longer."""
    return DuplicateDecided(**whose(lead), primary=primary, matched=matched)


def assigned(lead: Lead, choice: Choice) -> OwnerAssigned:
    """It has an owner and a backup, and why these."""
    return OwnerAssigned(
        **whose(lead),
        owner=choice.owner,
        backup=choice.backup,
        pool=choice.pool,
        reason=choice.reason,
        load=choice.load,
        capacity=choice.capacity,
        candidates=choice.candidates,
    )


def waiting(lead: Lead, reason: WaitingReason) -> LeadWaiting:
    """Nobody can take it now."""
    return LeadWaiting(**whose(lead), reason=reason)


def status(lead: Lead, before: Status) -> StatusChanged:
    """Where it stands now."""
    return StatusChanged(**whose(lead), stage=lead.stage, status=lead.status, status_before=before)


def next_action(lead: Lead) -> NextActionSet:
    """What is to be done now; the lead has one."""
    assert lead.next_action is not None
    assert lead.next_who is not None
    assert lead.next_due is not None
    return NextActionSet(**whose(lead), action=lead.next_action, who=lead.next_who, due_at=lead.next_due)


def closed(lead: Lead, reason: CloseReason) -> LeadClosed:
    """Its way ended."""
    return LeadClosed(**whose(lead), reason=reason, group=close_group(reason), status=lead.status)
