"""Closing a lead: who may say which reason (R40; lifecycle.md, "close reasons")."""

from datetime import datetime
from typing import Final

from contracts.vocabulary import CloseGroup, CloseReason, StaffRole, Stage, Status, close_group
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.moves import Actor, Move, Refused, end, not_yours

CONTACT_PLAN_ATTEMPTS: Final = 5
"""tries before the owner may close as unreachable; the site lead may earlier (defaults.md, "Contact plan")"""

_SITE_LEADS: Final = frozenset({CloseReason.SUSPECTED_FRAUD, CloseReason.NO_CAPACITY, CloseReason.SITE_PAUSED})
_SYSTEMS: Final = frozenset(
    {
        CloseReason.STUDY_CLOSED,
        CloseReason.ENROLMENT_COMPLETE,
        CloseReason.TEST,
        CloseReason.SENT_IN_ERROR,
        CloseReason.DUPLICATE,
        CloseReason.ERASED,
    }
)
"""said by the fact behind it, never by hand; a confirmed duplicate stays a lead under its primary"""


def close(lead: Lead, reason: CloseReason, actor: Actor, *, at: datetime) -> Move | Refused:
    """The lead after closing, `not_eligible` for criteria that the study team recorded."""
    group = close_group(reason)
    if group in (CloseGroup.CRITERIA, CloseGroup.AFTER_CONSENT):
        return _by_study_team(lead, reason, group, actor, at)
    if refused := not_yours(lead, actor) or _not_this_reason(lead, reason, actor):
        return refused
    lead, facts = end(lead, reason, at)
    return Move(lead, tuple(facts))


def _by_study_team(lead: Lead, reason: CloseReason, group: CloseGroup, actor: Actor, at: datetime) -> Move | Refused:
    """Final decisions are the delegated study team's alone."""
    if not lead.open:
        return Refused("lead_closed", "This lead is closed.", ("read",))
    if StaffRole.STUDY_TEAM not in actor.roles:
        return Refused("study_team_only", "Only the delegated study team records this.", _reasons(CloseGroup.PERSON))
    if group is CloseGroup.AFTER_CONSENT and lead.stage is not Stage.SCREENING:
        return Refused(
            "not_in_screening", "The study team does not have this person yet.", _reasons(CloseGroup.CRITERIA)
        )
    status = Status.NOT_ELIGIBLE if group is CloseGroup.CRITERIA else Status.CLOSED
    lead, facts = end(lead, reason, at, status=status)
    return Move(lead, tuple(facts))


def _not_this_reason(lead: Lead, reason: CloseReason, actor: Actor) -> Refused | None:
    site_lead = StaffRole.SITE_LEAD in actor.roles
    if reason in _SYSTEMS:
        return Refused("reason_not_by_hand", "The system says this reason.", _reasons(CloseGroup.PERSON))
    if reason in _SITE_LEADS and not site_lead:
        return Refused("site_lead_only", "Only the site lead may give this reason.", _reasons(CloseGroup.PERSON))
    if reason is CloseReason.UNREACHABLE and lead.attempts < CONTACT_PLAN_ATTEMPTS and not site_lead:
        says = f"The contact plan asks for {CONTACT_PLAN_ATTEMPTS} attempts first."
        return Refused("contact_plan_open", says, ("record an attempt",))
    return None


def _reasons(group: CloseGroup) -> tuple[str, ...]:
    return tuple(reason.value for reason in CloseReason if close_group(reason) is group)
