"""What a partner may send after its referral: the fields that were missing, once, and nothing else."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from contracts.shapes import Label
from services.intake.contacts.rules.person import OLDEST_YEAR, Postcode
from services.intake.narrative.rules.cut import left_of
from services.intake.narrative.rules.judge import Kind
from services.intake.network.rules.fields import Day
from services.intake.network.rules.words import ReferralField

Fault = tuple[str, str]

NOT_MISSING: Final = "is not missing"
NOT_NARRATIVE: Final = "must not say anything about the person"

_TEXTS: Final = {"given_name": Kind.NAME, "family_name": Kind.NAME, "postcode": Kind.ID}
"""What is cut as it is at the door (R23)."""


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class MissingDetails(_Door):
    """Details of the person that the referral came without."""

    given_name: Label | None = Field(default=None, repr=False)
    family_name: Label | None = Field(default=None, repr=False)
    birth_year: int | None = Field(default=None, ge=OLDEST_YEAR, le=2200, repr=False)
    birth_date: Day | None = Field(default=None, repr=False)
    postcode: Postcode | None = Field(default=None, repr=False)


class Supply(_Door):
    """What is supplied, under the names a referral has for it."""

    person: MissingDetails


def lacks_of(supply: Supply) -> dict[str, str]:
    """The supplied fields by what was lacking: a birth date makes up for a birth year."""
    sent = {name for name in MissingDetails.model_fields if getattr(supply.person, name) is not None}
    return {name: ReferralField.BIRTH_YEAR if name == ReferralField.BIRTH_DATE else name for name in sorted(sent)}


def faults_of(supply: Supply, lacking: Collection[str], birth_dates: bool, at: datetime) -> list[Fault]:
    """What may not be supplied. `birth_dates`: whether the route allows whole ones."""
    person, made_up = supply.person, lacks_of(supply)
    faults = [(f"/person/{name}", NOT_MISSING) for name, lacks in made_up.items() if lacks not in lacking]
    if not made_up:
        faults.append(("/person", "has no field"))
    faults += [(f"/person/{name}", NOT_NARRATIVE) for name, left in _left(person).items() if left is None]
    if person.birth_year is not None and person.birth_date is not None:
        faults.append(("/person/birth_year", "is one too many beside birth_date"))
    if person.birth_year is not None and person.birth_year > at.year:
        faults.append(("/person/birth_year", "must be in the past"))
    if person.birth_date is not None and not OLDEST_YEAR <= person.birth_date.year <= at.year:
        faults.append(("/person/birth_date", "is not a birth date"))
    if person.birth_date is not None and not birth_dates:
        faults.append(("/person/birth_date", "is not among the fields agreed for this route"))
    return faults


def values_of(supply: Supply) -> dict[str, str]:
    """The values as the vault keeps them."""
    person = supply.person
    birth = person.birth_date.isoformat() if person.birth_date else person.birth_year and str(person.birth_year)
    left = _left(person)
    if postcode := left.get("postcode"):
        left["postcode"] = postcode.upper()
    return {name: text for name, text in (*left.items(), ("birth", birth)) if text}


def _left(person: MissingDetails) -> dict[str, str | None]:
    """Every text that was sent, without narrative; None where nothing else is in it."""
    return {name: left_of(text, kind) for name, kind in _TEXTS.items() if (text := getattr(person, name))}
