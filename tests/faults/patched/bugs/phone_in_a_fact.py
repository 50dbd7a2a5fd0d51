"""The person's phone number is put into the fact, so that the desk need not ask for it."""

from datetime import datetime
from uuid import UUID

from contracts.referrals.facts import ReferralReceived
from contracts.vocabulary import Basis
from services.intake.contacts.rules.person import Permission
from services.intake.referrals.api import receive
from services.intake.referrals.rules import facts
from services.intake.referrals.rules.cleaned import Cleaned
from services.intake.routes.rules import Admitted
from tests.faults.patched.patching import patch


class _WithPhone(ReferralReceived):
    phone: str | None = None


def plant() -> None:
    """Where the fact is made."""
    patch(receive, "received", _received)


def _received(
    lead: UUID, clean: Cleaned, permission: Permission, basis: Basis, admitted: Admitted, at: datetime
) -> ReferralReceived:
    made = facts.received(lead, clean, permission, basis, admitted, at)
    return _WithPhone.model_validate({**made.model_dump(), "phone": clean.referral.person.phone})
