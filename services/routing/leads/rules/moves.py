"""What a command does to a lead, or why it may not: a refusal names the allowed moves (lifecycle.md)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from contracts.envelope import FactBody
from contracts.vocabulary import CloseReason, Milestone, StaffRole, Stage, Status
from services.routing.leads.rules import say
from services.routing.leads.rules.lead import Lead


@dataclass(frozen=True, slots=True)
class Actor:
    """Who gives a command: a staff member and their roles at this lead's site."""

    staff: str
    roles: frozenset[StaffRole]

    def answers_for(self, lead: Lead) -> bool:
        """Owner, backup, or the site's lead."""
        return self.staff in (lead.owner, lead.backup) or StaffRole.SITE_LEAD in self.roles


@dataclass(frozen=True, slots=True)
class Move:
    """A lead after a command, and what is said about it."""

    lead: Lead
    facts: tuple[FactBody, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that may not be: a stable code, words for the person, and what is allowed instead."""

    code: str
    says: str
    allowed: tuple[str, ...] = ()


def not_yours(lead: Lead, actor: Actor) -> Refused | None:
    """Commands are the owner's, the backup's or the site lead's, on an open lead that is not held by the system."""
    if not lead.open:
        return Refused("lead_closed", "This lead is closed.", ("read",))
    if lead.parked:
        return Refused("lead_held", "The system holds this lead for repair; an operator has been told.", ("read",))
    if lead.duplicate_of is not None:
        return Refused("lead_is_duplicate", "This lead stands under an earlier one; work that one.", ("read",))
    if not actor.answers_for(lead):
        return Refused("not_owner", "Only the owner, the backup or the site lead may do this.", ("read",))
    return None


def reach(lead: Lead, milestones: Iterable[Milestone]) -> tuple[Lead, list[FactBody]]:
    """Milestones stay true and are said once."""
    facts: list[FactBody] = []
    for milestone in milestones:
        if milestone not in lead.milestones:
            lead = replace(lead, milestones=(*lead.milestones, milestone))
            facts.append(say.milestone(lead, milestone))
    return lead, facts


def become(lead: Lead, stage: Stage, status: Status) -> tuple[Lead, list[FactBody]]:
    """Another status, said only when it is another."""
    if (lead.stage, lead.status) == (stage, status):
        return lead, []
    changed = replace(lead, stage=stage, status=status)
    return changed, [say.status(changed, lead.status)]


def end(
    lead: Lead, reason: CloseReason, at: datetime, *, status: Status = Status.CLOSED
) -> tuple[Lead, list[FactBody]]:
    """The end of a lead's way: no next action, no blocker, no owner's place is taken any more."""
    changed = replace(
        lead,
        stage=Stage.DONE,
        status=status,
        close_reason=reason,
        closed_at=at,
        next_action=None,
        next_who=None,
        next_due=None,
        blockers=(),
        waiting=None,
        waiting_since=None,
    )
    return changed, [say.status(changed, lead.status), say.closed(changed, reason)]
