"""Phones and mails for invented people: numbers nobody has, addresses no server takes.

Phone numbers come from ranges kept for fiction: 555-01xx (North America), Ofcom's drama numbers (United Kingdom),
ACMA's (Australia), ARCEP's (France), Bundesnetzagentur's (Germany), ComReg's 020 91 (Ireland). A site in another
country gets North American ones: people do have foreign phones. Mail ends in `.example` (RFC 2606).
"""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from deploy.demo.people import Person, Record

KEEPS_PHONE: Final = 0.75
"""How likely a duplicate carries the same phone; else the person has changed it, or gives none."""

KEEPS_MAIL: Final = 0.65
"""The same for the mail address."""

GIVES_NONE: Final = 0.15
"""How likely a person who does not keep one gives none at all."""

HAS_MAIL: Final = 0.85
"""How likely an original has a mail address; everybody has a phone."""

_AREAS: Final = tuple(
    f"{area}" for area in range(201, 990) if area % 100 // 10 != 9 and area % 100 != 11 and area // 100 != 5
)
_CITIES: Final = ("113496", "114496", "115496", "116496", "117496", "118496", "121496", "131496", "141496", "151496",
                  "161496", "207946", "191498", "292018")  # fmt: skip
_RANGES: Final[dict[str, tuple[Sequence[str], int]]] = {
    "US": ([f"+1{area}55501" for area in _AREAS], 2),
    "GB": ([f"+44{city}0" for city in _CITIES], 3),
    "AU": ([f"+61{region}{block}" for region in "2378" for block in ("5550", "7010")], 4),
    "FR": ([f"+33{block}" for block in ("19900", "26191", "35301", "46571", "53649")], 4),
    "DE": ([f"+49{block}" for block in ("3023125", "6990009", "4066969", "2214710", "8999998")], 3),
    "IE": ([f"+35320{block}" for block in ("910", "911", "912", "913", "914")], 4),
}


@dataclass(frozen=True)
class Contact:
    """How one record can be reached; `phone` is E.164 as intake keeps it, however it is written down."""

    phone: str | None = field(repr=False)
    email: str | None = field(repr=False)


def phone_number(country: str, n: int) -> str:
    """The nth number (0, 1, ...) of a country's range for fiction, E.164; of North America's where that is used up."""
    prefixes, digits = _RANGES.get(country, _RANGES["US"])
    block, last = divmod(n, 10**digits)
    if block >= len(prefixes):
        if prefixes is _RANGES["US"][0]:
            raise ValueError(f"there are {len(prefixes) * 10**digits} numbers for fiction, not {n + 1}")
        return phone_number("US", n)
    return f"{prefixes[block]}{last:0{digits}}"


def mail_address(record: Record, n: int) -> str:
    """An address of this name, of nobody else for another `n`, however it is folded."""
    names = ".".join(part for part in (_letters(record.given_name), _letters(record.family_name)) if part)
    return f"{names or 'person'}.{n}@mail.example"


def contacts_of(person: Person, n: int, country: str, rng: random.Random) -> dict[Record, Contact]:
    """The contact of each record of a person; `n` is the person's own number and nobody else's."""
    own = Contact(
        phone_number(country, 2 * n),
        mail_address(person.original, 2 * n) if rng.random() < HAS_MAIL else None,
    )
    contacts = {person.original: own}
    for record in person.duplicates:
        new_phone = None if rng.random() < GIVES_NONE else phone_number(country, 2 * n + 1)
        new_mail = None if rng.random() < GIVES_NONE else mail_address(record, 2 * n + 1)
        phone = own.phone if rng.random() < KEEPS_PHONE else new_phone
        mail = own.email if rng.random() < KEEPS_MAIL else new_mail
        contacts[record] = Contact(phone, mail) if phone or mail else own
    return contacts


def written(contact: Contact, rng: random.Random) -> Contact:
    """The same contact as another clerk writes it: spaces in the number, capitals and a tag in the address."""
    phone, mail = contact.phone, contact.email
    if phone and rng.random() < 0.5:
        phone = f"{phone[:-7]} {phone[-7:-4]} {phone[-4:]}"
    if mail and rng.random() < 0.5:
        local, _, domain = mail.partition("@")
        mail = f"{local.title()}+study@{domain}"
    return Contact(phone, mail)


def _letters(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalpha())
