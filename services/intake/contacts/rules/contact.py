"""From what was sent to what is kept: one way to write a phone number, an address, a birthday."""

import unicodedata
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from phonenumbers import NumberParseException, PhoneNumberFormat

from contracts.vocabulary import Permitted
from services.intake.contacts.rules.person import OLDEST_YEAR, Permission, Person

Fault = tuple[str, str]
"""A JSON pointer and what is wrong there, in constant words."""

AHEAD: Final = timedelta(minutes=5)
"""How far a sender's clock may run before ours."""

_EARLIEST_MORNING: Final = timedelta(hours=14)
"""How far ahead of UTC it already is tomorrow (Kiritimati)."""

_NEEDS: Final = {
    Permitted.PHONE: "phone",
    Permitted.SMS: "phone",
    Permitted.EMAIL: "email",
    Permitted.POST: "postcode",
}
"""The detail without which a permitted channel leads nowhere."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A person's details as they are kept. `birth` is a year or a whole date; `phone` is E.164."""

    given_name: str | None = field(default=None, repr=False)
    family_name: str | None = field(default=None, repr=False)
    birth: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)
    postcode: str | None = field(default=None, repr=False)


def contact_of(person: Person, permission: Permission, country: str | None, at: datetime) -> Contact | list[Fault]:
    """The contact, or everything that is wrong with it.

    `country` (ISO 3166) is the site's: how a phone number without `+` is read; without one such a number is a fault.
    """
    phone = e164(person.phone, country) if person.phone else None
    email = plain_email(person.email) if person.email else None
    faults = [*_missing(person, permission), *_unlikely(person, permission, at)]
    if person.phone and phone is None:
        faults.append(("/person/phone", "is not a phone number of the site's country, nor one with + and its country"))
    if person.email and email is None:
        faults.append(("/person/email", "is not an e-mail address"))
    if faults:
        return faults
    birth = person.birth_date.isoformat() if person.birth_date else person.birth_year and str(person.birth_year)
    return Contact(
        given_name=_composed(person.given_name),
        family_name=_composed(person.family_name),
        birth=birth or None,
        phone=phone,
        email=email,
        postcode=person.postcode.upper() if person.postcode else None,
    )


def _composed(name: str | None) -> str | None:
    """An accent and its letter as one character (NFC), however they were sent."""
    return unicodedata.normalize("NFC", name) if name else None


def e164(written: str, country: str | None) -> str | None:
    """`+12125550143`, with `;ext=` and the extension where one was given; None for what is no phone number (E.164)."""
    try:
        number = phonenumbers.parse(written, country)
    except NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    plain = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{plain};ext={number.extension}" if number.extension else plain


def plain_email(written: str) -> str | None:
    """The address as its mail server knows it: domain in lower case, Unicode composed; None when it is none."""
    try:
        return validate_email(written, check_deliverability=False, strict=True).normalized
    except EmailNotValidError:
        return None


def _missing(person: Person, permission: Permission) -> list[Fault]:
    lacking = {detail for channel, detail in _NEEDS.items() if channel in permission.channels}
    faults = [
        (f"/person/{detail}", "is required: its channel is permitted")
        for detail in sorted(lacking)
        if not getattr(person, detail)
    ]
    if not person.given_name and not person.family_name:
        faults.append(("/person", "needs a given or a family name"))
    return faults


def _unlikely(person: Person, permission: Permission, at: datetime) -> list[Fault]:
    faults: list[Fault] = []
    if permission.given_at > at + AHEAD:
        faults.append(("/permission/given_at", "must be in the past"))
    if person.birth_year is not None and person.birth_date is not None:
        faults.append(("/person/birth_year", "is one too many beside birth_date"))
    if person.birth_year is not None and person.birth_year > at.year:
        faults.append(("/person/birth_year", "must be in the past"))
    if person.birth_date is not None and person.birth_date.year < OLDEST_YEAR:
        faults.append(("/person/birth_date", "is not a birth date"))
    if person.birth_date is not None and person.birth_date > (at + _EARLIEST_MORNING).date():
        faults.append(("/person/birth_date", "must be in the past"))
    return faults
