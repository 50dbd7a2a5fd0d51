"""People made from a number: all different, all valid, and every detail of every one holds the same few bytes.

The mark is digits, so upper case, lower case and folding leave it as it is; nine of them, since seven turn up by
chance in the hexadecimal of some million ids. It begins with a number range that Germany keeps for fiction
(Bundesnetzagentur), written longer than anybody's line is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MARK: Final = "493023125"
"""Part of every name, phone number, mail address, postcode, external id and reference of everybody here."""

BIRTH_DATE: Final = "1907-03-19"
"""Everybody's birth date: nothing else in a run is of that day."""

PATTERNS: Final = (MARK.encode(), BIRTH_DATE.encode())
"""What a search looks for in bytes: a match anywhere but in intake's sealed vault is a leak."""

WORDS: Final[Mapping[str, str]] = {"details": MARK, "birth date": BIRTH_DATE}
"""The same as text, for searches that try other writings (hex, base64, UTF-16)."""

MOST: Final = 1_000_000
"""People there can be; their number is six digits of their phone."""


@dataclass(frozen=True)
class Somebody:
    """One person as a partner's system has them."""

    number: int
    details: Mapping[str, Any] = field(repr=False)
    """`person` of the referral"""
    external_id: str = field(repr=False)
    reference: str = field(repr=False)
    """where the partner keeps its proof of the basis"""
    channels: tuple[str, ...]
    """what they permit, in the order they said it"""


def somebody(number: int, *, at: str = "") -> Somebody:
    """Person `number`; the same phone, mail, name and birthday at every partner (`at`), under the partner's own id."""
    if not 0 <= number < MOST:
        raise ValueError(f"there are {MOST} people, not number {number}")
    own = f"{MARK}{number:06}"
    details = {
        "given_name": f"Quizz{own}",
        "family_name": f"Ümbra-{own}",
        "birth_date": BIRTH_DATE,
        "phone": f"+{own}",
        "email": f"zwiebel.{own}@mail.example",
        "postcode": f"{MARK}{number % 100:02}",
        "language": ("en", "de", "es-US")[number % 3],
    }
    return Somebody(number, details, f"{at}ref-{own}", f"form {own}", _CHANNELS[number % len(_CHANNELS)])


_CHANNELS: Final = (
    ("phone",),
    ("email", "phone"),
    ("phone", "may_leave_message"),
    ("sms", "phone", "email"),
    ("post", "phone"),
)
