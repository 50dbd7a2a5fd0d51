"""How long a lead waits for its tokens before it is owned without them (privacy.md, "Duplicates")."""

from datetime import datetime, timedelta
from typing import Final

from services.routing.leads.rules.lead import Lead

ASSIGN_WITHOUT_TOKENS: Final = "assign_without_tokens"
"""the timer's kind"""

TOKENS_WITHIN: Final = timedelta(seconds=5)
TOKENS_WITHIN_WHILE_BEHIND: Final = timedelta(seconds=60)
"""while the tokens reader has unread records"""


def waits_on(lead: Lead, *, tokens_to: datetime | None, at: datetime) -> bool:
    """Whether a lead without tokens waits on: they may be on their way, or stand among what is not read yet.

    `tokens_to`: the tokens of the lead's partition are known completely up to then. They were said in the transaction
    that received it, so past that time they are not coming.
    """
    coming = tokens_to is None or tokens_to <= lead.received_at
    return coming and at - lead.opened_at < TOKENS_WITHIN_WHILE_BEHIND
