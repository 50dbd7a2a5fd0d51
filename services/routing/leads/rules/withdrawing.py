"""A partner takes a referral back (lifecycle.md: "A partner may only withdraw before the first outreach")."""

from datetime import datetime

from contracts.vocabulary import CloseReason
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.moves import Move, end


def take_back(lead: Lead, at: datetime) -> Move | None:
    """Closed as sent in error; None once somebody reached out: from then on it is between the person and the site.

    The partner is told the same either way (S8), so the first outreach is judged here, where it is known.
    """
    if not lead.open or lead.attempts:
        return None
    lead, facts = end(lead, CloseReason.SENT_IN_ERROR, at)
    return Move(lead, tuple(facts))


def was_taken_back(lead: Lead) -> bool:
    """Whether nobody answers for this lead any more, so that none may stand under it."""
    return lead.close_reason is CloseReason.SENT_IN_ERROR
