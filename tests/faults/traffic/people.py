"""People made from a number: all different, all valid, and every detail of every one holds one of a few patterns.

No two of them are like each other in name, so that only those who were sent twice are anybody's duplicates: a name
begins with a word of its own, and thirty birthdays and a hundred postcodes are spread over the numbers.

The mark is digits, so upper case, lower case and folding leave it as it is; nine of them, since seven turn up by
chance in the hexadecimal of some million ids. It begins with a number range that Germany keeps for fiction
(Bundesnetzagentur), written longer than anybody's line is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

MARK: Final = "493023125"
"""Part of every name, phone number, mail address, postcode, external id and reference of everybody here."""

BIRTH_TENS: Final = ("1907-02-1", "1907-03-1", "1907-10-1")
"""Everybody was born on one of the ten days that begin like this: nothing else in a run is of those days."""

PATTERNS: Final = (MARK.encode(), *(days.encode() for days in BIRTH_TENS))
"""What a search looks for in bytes: a match anywhere but in intake's sealed vault is a leak."""

WORDS: Final[Mapping[str, str]] = {"details": MARK} | {f"birth date {days}": days for days in BIRTH_TENS}
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
    own, spread = f"{MARK}{number:06}", _spread(number)
    details = {
        "given_name": f"{_word(spread)}{own}",
        "family_name": f"{_word(_spread(spread))}ü-{own}",
        "birth_date": f"{BIRTH_TENS[spread % 3]}{spread // 3 % 10}",
        "phone": f"+{own}",
        "email": f"zwiebel.{own}@mail.example",
        "postcode": f"{_SIGNS[spread // 30 % 36]}{_SIGNS[spread // 1080 % 36]}{MARK}",
        "language": ("en", "de", "es-US")[number % 3],
    }
    return Somebody(number, details, f"{at}ref-{own}", f"form {own}", _CHANNELS[number % len(_CHANNELS)])


def _spread(number: int) -> int:
    """Another number for each, without a pattern that the eye sees (a step of splitmix64, Steele and others 2014)."""
    mixed = (number + 1) * 0x9E3779B97F4A7C15 % 2**64
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
    return mixed ^ (mixed >> 31)


def _word(number: int) -> str:
    """Six letters that begin a name."""
    return "".join(_SIGNS[number // 26**place % 26] for place in range(6)).title()


_SIGNS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_CHANNELS: Final = (
    ("phone",),
    ("email", "phone"),
    ("phone", "may_leave_message"),
    ("sms", "phone", "email"),
    ("post", "phone"),
)
