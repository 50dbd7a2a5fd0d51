"""What a referral may have had and has not: wanted on its route, no reason to refuse it, still to be supplied."""

from datetime import datetime
from typing import Final

from services.intake.network.rules.words import ReferralField
from services.intake.referrals.rules.referral import Referral
from services.intake.routes.rules import Admitted, allowed_fields, running

_BIRTH: Final = (ReferralField.BIRTH_YEAR, ReferralField.BIRTH_DATE)

WANTED: Final = (
    ReferralField.GIVEN_NAME,
    ReferralField.FAMILY_NAME,
    ReferralField.BIRTH_YEAR,
    ReferralField.POSTCODE,
)
"""Of the default ask (privacy.md, "The vault"); a channel and its detail are asked for at the door."""


def lacking(referral: Referral, admitted: Admitted, at: datetime) -> tuple[ReferralField, ...]:
    """Those of `WANTED` that the route allows and the referral does not have; a birth date is a birth year too."""
    allowed = allowed_fields(admitted.offer, running(admitted.offer, at))
    sent = referral.person.fields
    if sent.intersection(_BIRTH):
        sent |= {ReferralField.BIRTH_YEAR}
    return tuple(field for field in WANTED if field in allowed and field not in sent)
