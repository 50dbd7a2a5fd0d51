"""Why a referral may ask for a field, who sees it, and how long it is kept: read by people who approve and audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from services.intake.network.rules.words import ReferralField

SITE: Final = "the owner and the backup at the site"
NOBODY: Final = "nobody: compared as keyed tokens, or computed with"

CLOSED: Final = "90 days after the lead closed; 30 when the person withdrew"
"""Defaults.md, "Retention": the vault."""
FACTS: Final = "400 days"
"""What is said on a stream as a code, without saying who."""


@dataclass(frozen=True, slots=True)
class Purpose:
    """Of one field: a clause each. `kept`: how long, by default."""

    why: str
    seen_by: str
    kept: str = CLOSED


PURPOSES: Final[Mapping[ReferralField, Purpose]] = {
    ReferralField.GIVEN_NAME: Purpose("to ask for the right person", SITE),
    ReferralField.FAMILY_NAME: Purpose("to ask for the right person, and to find duplicates", SITE),
    ReferralField.BIRTH_YEAR: Purpose("to tell two people of one name apart", SITE),
    ReferralField.BIRTH_DATE: Purpose(
        "to tell two people of one name apart where a study's approval asks for it", SITE
    ),
    ReferralField.PHONE: Purpose("to call, where the person permits it", SITE),
    ReferralField.EMAIL: Purpose("to write, where the person permits it", SITE),
    ReferralField.POSTCODE: Purpose("to say how far the site is, and to find duplicates", NOBODY),
    ReferralField.LANGUAGE: Purpose("to speak with the person in it", SITE),
    ReferralField.CONTACT_IS: Purpose("to know whether the person or somebody for them answers", SITE, FACTS),
    ReferralField.STATED_INTEREST: Purpose("to know what the person asked for", SITE, FACTS),
    ReferralField.PREFERRED_TIMES: Purpose("to call when it suits the person", SITE, FACTS),
    ReferralField.PRESCREEN_STATUS: Purpose("to go on where a prescreen stopped; never its answers", SITE, FACTS),
}
"""One for each field that an agreement may allow (R11, R35)."""
