"""A partner's own id for a person it sends: never one by which anybody else could find that person."""

import re
from typing import Annotated, Final

from pydantic import AfterValidator, StringConstraints

from services.intake.network.rules.fields import refused

_SEPARATORS: Final = re.compile(r"[._:/-]")
_LETTERED: Final = (
    re.compile(r"[A-Z]{2}[0-9]{6}[A-D]"),  # United Kingdom, National Insurance
    re.compile(r"[12][0-9]{4}([0-9]{2}|2[AB])[0-9]{8}"),  # France, NIR, with the two departments of Corsica
    re.compile(r"[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z]"),  # Italy, codice fiscale
    re.compile(r"([0-9]{8}|[XYZ][0-9]{7})[A-Z]"),  # Spain, DNI and NIE
)
_DIGITS: Final = range(9, 16)
"""Nine to fifteen digits and nothing else: a phone number (E.164) or a national id (SSN, NHS, TFN, SIN, ...)."""


def looks_personal(external_id: str) -> bool:
    """Whether it is shaped like a phone number or a national id (privacy.md, "The vault")."""
    bare = _SEPARATORS.sub("", external_id).upper()
    if bare.isdigit():
        return len(bare) in _DIGITS
    return any(shape.fullmatch(bare) for shape in _LETTERED)


def _impersonal(external_id: str) -> str:
    if looks_personal(external_id):
        raise refused("external_id", "looks like a phone number or a national id: send an id of your own making")
    return external_id


ExternalId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]*$", max_length=64),
    AfterValidator(_impersonal),
]
"""Letters, digits and `._:/-`, up to 64; an `@` never gets as far as the shapes above."""
