"""What of a person is indexed to find them again: a few folded values, before they become keyed tokens (R14).

One slip over three details leaves two of them as they were, so pairs of details find nearly everybody. Of a name the
sound or the beginning stands for all of it, since a slip mostly leaves one of the two. Who is found is then compared
detail by detail (`signature.py`).
"""

from itertools import permutations
from typing import Final

from contracts.vocabulary import TokenKind
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.signature import Detail, Details, details_of
from services.intake.contacts.rules.spelling import folded_email

Value = tuple[TokenKind, str]

KINDS: Final = (
    TokenKind.PHONE,
    TokenKind.EMAIL,
    TokenKind.NAMES,
    TokenKind.NAME_PLACE,
    TokenKind.INITIAL_BIRTH,
    TokenKind.BIRTH_PLACE,
)
"""Every kind that is made here."""


def match_values(contact: Contact) -> frozenset[Value]:
    """The folded values of a contact, each with its kind: 9 at most."""
    details = details_of(contact)
    return frozenset({*_reached(contact), *_named(details), *_born(details)})


def _reached(contact: Contact) -> list[Value]:
    """Phone and e-mail are strong: few people share one."""
    phone = [(TokenKind.PHONE, contact.phone.partition(";")[0])] if contact.phone else []
    return phone + ([(TokenKind.EMAIL, folded_email(contact.email))] if contact.email else [])


def _named(details: Details) -> list[Value]:
    """The sound of one name with the beginning of the other, whichever is the given one; each with the postcode."""
    names, place = _names(details), details.place.exact
    both = [(TokenKind.NAMES, f"{one.coarse}|{other.exact[:3]}") for one, other in permutations(names, 2)]
    return both + [(TokenKind.NAME_PLACE, f"{name.exact[:2]}|{place}") for name in names if place]


def _born(details: Details) -> list[Value]:
    """A whole birth date with the first letter of each name, and with the postcode; a year alone finds too many."""
    birth, place = details.birth.exact, details.place.exact
    if not birth:
        return []
    named = [(TokenKind.INITIAL_BIRTH, f"{name.exact[0]}|{birth}") for name in _names(details)]
    return named + ([(TokenKind.BIRTH_PLACE, f"{birth}|{place}")] if place else [])


def _names(details: Details) -> list[Detail]:
    return [name for name in (details.given, details.family) if name.exact]
