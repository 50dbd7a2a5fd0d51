"""Whether what was found is enough, for the kind of field it stands in; and what is cut out then."""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from services.intake.narrative.rules.scan import may_speak, signs_in
from services.intake.narrative.rules.signs import HEALTH, PERSONAL, PLAIN_HEALTH, Found, Sign, weigh


class Kind(StrEnum):
    """What a field should hold."""

    NAME = "name"
    """of a person: narrative follows it, so everything from the first sign on goes"""
    ADDRESS = "address"
    """of a house, or a label, a reference: the clause that has the signs goes"""
    ID = "id"
    """or a slug, a wording: nothing of it is left"""
    PHONE = "phone"
    """as an address, but a number belongs there"""
    NOTE = "note"
    """for coordinators: ordinary sentences belong there, health does not"""


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a text to be cut out, and why."""

    start: int
    end: int
    signs: tuple[Sign, ...]


ENOUGH: Final = {Kind.NAME: 3, Kind.ADDRESS: 4, Kind.PHONE: 4, Kind.ID: 5, Kind.NOTE: 3}
"""Points from which it is narrative: a name says nothing about health, so little is enough; a registry's ids carry its
illness (`diabetes-2019-0044`), and an address may be a clinic's."""

ENOUGH_PROSE: Final = 4
"""Points from which a name is a sentence, whatever it is about, when two of its words link others or one is a verb."""

_IN_NAMES: Final = frozenset(Sign)
_ELSEWHERE: Final = PLAIN_HEALTH | {Sign.ABBREVIATION, Sign.TELLING, Sign.LINK, Sign.TIME}
_IN_NOTES: Final = HEALTH - {Sign.READING}
_LEAST: Final = 2
"""Points of plain health without which an address or an id is none of it."""

_OWN_SHAPE: Final = frozenset({Kind.ID, Kind.PHONE})
"""What is looked for elsewhere is the value itself here."""

_CLAUSE: Final = re.compile(r"[.;,!?\n]+\s+|\s+[-\u2013\u2014]\s+|[()\[\]]")


def narrative_in(text: str, kind: Kind) -> tuple[Span, ...]:
    """The pieces of a text that have to go; nothing for an ordinary one."""
    if not may_speak(text, words_only=kind in _OWN_SHAPE):
        return ()
    found = [one for one in signs_in(text) if _counts(one, text, kind)]
    personal = [one for one in found if one.sign in PERSONAL]
    if not (is_narrative(found, kind) or personal):
        return ()
    if kind is Kind.ID:
        return (_span(0, len(text), found),)
    if kind is Kind.NAME:
        return (_span(min(one.start for one in found), len(text), found),)
    return _clauses(text, found, personal, kind)


def is_narrative(found: list[Found], kind: Kind) -> bool:
    """Whether the signs are enough for this kind of field."""
    if kind is Kind.NOTE:
        return weigh(found, _IN_NOTES) >= ENOUGH[kind]
    if kind is Kind.NAME:
        if weigh(found, HEALTH) and weigh(found) >= ENOUGH[kind]:
            return True
        links = sum(1 if one.sign is Sign.LINK else 2 for one in found if one.sign in (Sign.LINK, Sign.TELLING))
        return links > 1 and weigh(found) >= ENOUGH_PROSE
    return weigh(found, PLAIN_HEALTH) >= _LEAST and weigh(found, _ELSEWHERE) >= ENOUGH[kind]


def _counts(one: Found, text: str, kind: Kind) -> bool:
    """Not a number where the number is the value, nor the names that notes have: Mrs Pain, Main Street."""
    if one.sign in PERSONAL:
        return kind not in _OWN_SHAPE
    return kind is not Kind.NOTE or one.sign is not Sign.NAMESAKE or not text[one.start].isupper()


def _clauses(text: str, found: list[Found], personal: list[Found], kind: Kind) -> tuple[Span, ...]:
    """The clauses with a sign of health, when together they are enough; else only the values of a person."""
    if not is_narrative(found, kind):
        return tuple(_span(one.start, one.end, [one]) for one in _apart(personal))
    ends = [0, *(match.end() for match in _CLAUSE.finditer(text)), len(text)]
    parts = [(start, end, [one for one in found if start <= one.start < end]) for start, end in pairwise(ends)]
    told = PLAIN_HEALTH | PERSONAL | {Sign.ABBREVIATION, Sign.TELLING, Sign.NAMESAKE}
    return tuple(_span(start, end, inside) for start, end, inside in parts if any(one.sign in told for one in inside))


def _apart(found: list[Found]) -> list[Found]:
    """The same without those that overlap an earlier one."""
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _span(start: int, end: int, found: list[Found]) -> Span:
    return Span(start, end, tuple(sorted({one.sign for one in found})))
