"""What of a person may be compared: each value folded to one spelling, before it becomes a keyed token.

Equal people spell themselves differently. Dots and plus-tags of an e-mail address are folded at every provider: two
people whose addresses differ in nothing else are rarer than one person who writes both ways, and a match is a link
that a site can undo.
"""

import re
import unicodedata

from contracts.vocabulary import TokenKind
from services.intake.contacts.rules.contact import Contact

_WHOLE_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def match_values(contact: Contact) -> dict[TokenKind, str]:
    """The folded values of a contact by token kind: phone and e-mail are strong, name with birth date is not.

    A birth year alone gives no token: too many people share a name and a year.
    """
    values: dict[TokenKind, str] = {}
    if contact.phone:
        values[TokenKind.PHONE] = contact.phone.partition(";")[0]
    if contact.email:
        values[TokenKind.EMAIL] = folded_email(contact.email)
    names = folded_name(contact.given_name or ""), folded_name(contact.family_name or "")
    if all(names) and contact.birth and _WHOLE_DATE.fullmatch(contact.birth):
        values[TokenKind.NAME_BIRTH] = "|".join((*names, contact.birth))
    return values


def folded_email(address: str) -> str:
    """`Ines.Roy+trial@Mail.Example` and `inesroy@mail.example` are one."""
    local, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    plain = local.partition("+")[0].replace(".", "")
    return f"{plain or local}@{_ascii(domain)}"


def folded_name(name: str) -> str:
    """Letters and digits only, without case, accents, spaces and hyphens: `O'Neill` and `oneill` are one."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", name).casefold())
    return "".join(letter for letter in apart if letter.isalnum())


def _ascii(domain: str) -> str:
    """The domain as DNS knows it (IDNA), so that both ways of writing it are one."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
