"""Two signatures, detail by detail: equal, nearly equal, alike or different, without a letter of either.

What intake makes (`services/intake/contacts/storage/signature.py`), read again here: the layout is the contract.
"""

from base64 import urlsafe_b64decode
from dataclasses import dataclass
from typing import Final, Self

from contracts.vocabulary import Likeness

_LAYOUT: Final = 1
_EXACT: Final = 5
_SHORT: Final = 3
_NAME, _BIRTH, _PLACE = 16, 10, 10
_NOTHING: Final = bytes(_EXACT)
LENGTH: Final = (
    3 + 2 * (_EXACT + _SHORT + _NAME * _SHORT) + _EXACT + _SHORT + _BIRTH * _SHORT + _EXACT + _PLACE * _SHORT
)


class NotASignature(ValueError):
    """Another layout, or cut."""


@dataclass(frozen=True, slots=True)
class Marks:
    """One detail: what it is, how it sounds or its year, and its variants."""

    exact: bytes
    coarse: bytes
    variants: frozenset[bytes]

    @property
    def given(self) -> bool:
        """Whether it was given in full."""
        return self.exact != _NOTHING


@dataclass(frozen=True, slots=True)
class Signature:
    """One person's marks under one version of the key; those of different versions do not compare."""

    key_version: int
    given: Marks
    family: Marks
    birth: Marks
    place: Marks

    @classmethod
    def read(cls, text: str) -> Self:
        """From the form it has in a fact. Raises `NotASignature`."""
        try:
            raw = urlsafe_b64decode(text)
        except ValueError:
            raise NotASignature from None
        if len(raw) != LENGTH or raw[0] != _LAYOUT:
            raise NotASignature
        given, at = _marks(raw, 3, _NAME)
        family, at = _marks(raw, at, _NAME)
        birth, at = _marks(raw, at, _BIRTH)
        place, _ = _marks(raw, at, _PLACE, coarse=0)
        return cls(int.from_bytes(raw[1:3]), given, family, birth, place)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two people, detail by detail; the names in the order in which they fit better."""

    one_name: Likeness
    other_name: Likeness
    birth: Likeness
    place: Likeness


NOT_COMPARED: Final = Compared(Likeness.UNKNOWN, Likeness.UNKNOWN, Likeness.UNKNOWN, Likeness.UNKNOWN)

_RANK: Final = {
    Likeness.EQUAL: 3,
    Likeness.NEAR: 2,
    Likeness.ALIKE: 1,
    Likeness.UNKNOWN: -1,
    Likeness.DIFFERENT: -1,
}
"""Unknown is no better than different: two given names that differ are not saved by two family names nobody gave."""


def compare(one: Signature | None, other: Signature | None) -> Compared | None:
    """How two people compare; None under different keys, or where one has no signature."""
    if one is None or other is None or one.key_version != other.key_version:
        return None
    straight = _name(one.given, other.given), _name(one.family, other.family)
    crossed = _name(one.given, other.family), _name(one.family, other.given)
    names = max(straight, crossed, key=lambda pair: sum(_RANK[name] for name in pair))
    return Compared(*names, _birth(one.birth, other.birth), _place(one.place, other.place))


def _name(one: Marks, other: Marks) -> Likeness:
    if not (one.given and other.given):
        return Likeness.UNKNOWN
    return _near(one, other) or (Likeness.ALIKE if one.coarse == other.coarse else Likeness.DIFFERENT)


def _birth(one: Marks, other: Marks) -> Likeness:
    """Two whole dates that differ are different, whatever their years; a year stands for a date nobody gave."""
    if one.given and other.given:
        return _near(one, other) or Likeness.DIFFERENT
    if bytes(_SHORT) in (one.coarse, other.coarse):
        return Likeness.UNKNOWN
    return Likeness.ALIKE if one.coarse == other.coarse else Likeness.DIFFERENT


def _place(one: Marks, other: Marks) -> Likeness:
    if not (one.given and other.given):
        return Likeness.UNKNOWN
    return _near(one, other) or Likeness.DIFFERENT


def _near(one: Marks, other: Marks) -> Likeness | None:
    if one.exact == other.exact:
        return Likeness.EQUAL
    return None if one.variants.isdisjoint(other.variants) else Likeness.NEAR


def _marks(raw: bytes, at: int, count: int, *, coarse: int = _SHORT) -> tuple[Marks, int]:
    rough = at + _EXACT
    first = rough + coarse
    end = first + count * _SHORT
    variants = frozenset(raw[n : n + _SHORT] for n in range(first, end, _SHORT))
    return Marks(raw[at:rough], raw[rough:first], variants), end
