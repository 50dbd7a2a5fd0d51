"""What a person is compared by after an index token matched: each detail, and how it may be mistyped.

Two spellings one edit apart (a letter more, less, another or two swapped) have a variant with one letter left out in
common. So sets of keyed variants tell "equal", "nearly equal" and "different" without a letter of either
(privacy.md, "Duplicates without reading anybody"). A set always has the same number of members, or its size would
tell how long a name is.
"""

from dataclasses import dataclass, field
from typing import Final

from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.spelling import folded_name, folded_postcode, sound_of

NAME_LETTERS: Final = 15
"""Letters of a name that its variants are made of."""

NAME_VARIANTS: Final = NAME_LETTERS + 1
BIRTH_VARIANTS: Final = 10
"""Eight digits, each left out once, all of them, and with day and month exchanged."""

PLACE_LETTERS: Final = 9
PLACE_VARIANTS: Final = PLACE_LETTERS + 1


@dataclass(frozen=True, slots=True)
class Detail:
    """One detail to be keyed: as it is, by a coarser mark (a sound, a year), and its variants."""

    exact: str = field(default="", repr=False)
    coarse: str = field(default="", repr=False)
    variants: frozenset[str] = field(default=frozenset(), repr=False)


@dataclass(frozen=True, slots=True)
class Details:
    """What of a contact is compared; an empty `exact` is a detail that was not given, or not wholly."""

    given: Detail
    family: Detail
    birth: Detail
    place: Detail


def details_of(contact: Contact) -> Details:
    """The four, folded. A birth year alone has a coarse mark only."""
    return Details(
        _name(contact.given_name), _name(contact.family_name), _birth(contact.birth or ""), _place(contact.postcode)
    )


def without_one(text: str) -> frozenset[str]:
    """The text, and the text with each of its letters left out."""
    return frozenset({text, *(text[:n] + text[n + 1 :] for n in range(len(text)))})


def _name(name: str | None) -> Detail:
    folded = folded_name(name or "")
    return Detail(folded, sound_of(folded), without_one(folded[:NAME_LETTERS])) if folded else Detail()


def _birth(birth: str) -> Detail:
    digits = birth.replace("-", "")
    if len(digits) < len("YYYYMMDD"):
        return Detail(coarse=digits)
    swapped = digits[:4] + digits[6:] + digits[4:6]
    return Detail(birth, digits[:4], without_one(digits) | {swapped})


def _place(postcode: str | None) -> Detail:
    folded = folded_postcode(postcode or "")
    return Detail(folded, "", without_one(folded[:PLACE_LETTERS])) if folded else Detail()
