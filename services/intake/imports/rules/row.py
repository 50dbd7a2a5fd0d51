"""One row of a file as the body a referral has at the JSON door; and what became of it, without a value of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from services.intake.imports.rules.header import Layout
from services.intake.imports.rules.mapping import PLACES, CsvField

_BETWEEN: Final = re.compile(r"[\s,;|]+")
_YEAR: Final = re.compile(r"[0-9]{1,6}", re.ASCII)


class Outcome(StrEnum):
    """What became of a row."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    """understood, and a rule said no: its code"""
    WRONG = "wrong"
    """a field, or the row itself, is not as it must be"""
    LATER = "later"
    """its route has had its week: send the file again after the time named"""


@dataclass(frozen=True, slots=True)
class Fault:
    """A field of a row and what is wrong with it, both in our own words; no field: the row as a whole."""

    field: str | None
    says: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row: nothing that was in it."""

    row: int
    outcome: Outcome
    code: str | None = None
    faults: tuple[Fault, ...] = ()
    lead: str | None = None
    retry_after: int | None = field(default=None)
    """seconds"""


def body_of(cells: Sequence[str], layout: Layout, constants: Mapping[CsvField, str], route: str) -> dict[str, Any]:
    """The referral a row says; what its cells leave empty is left out."""
    said: dict[CsvField, str] = dict(constants)
    said |= {one: text for one, n in layout.places.items() if (text := cells[n].strip())}
    body: dict[str, Any] = {"route": route, "person": {}}
    for one, text in said.items():
        *outer, last = PLACES[one]
        inside = body
        for name in outer:
            inside = inside.setdefault(name, {})
        inside[last] = _value(one, text)
    return body


def _value(one: CsvField, text: str) -> Any:
    """As JSON would have it: a year is a number, channels are a list; what is neither stays text and is judged so."""
    if one is CsvField.BIRTH_YEAR and _YEAR.fullmatch(text):
        return int(text)
    if one is CsvField.PERMISSION_CHANNELS:
        return [word for word in _BETWEEN.split(text) if word]
    return text


def fault_at(pointer: str, says: str) -> Fault:
    """A fault of a referral's body as one of a row: the field of the mapping that stands there."""
    path = tuple(pointer.strip("/").split("/"))
    for one, place in PLACES.items():
        if path[: len(place)] == place:
            return Fault(one.value, says)
    return Fault(path[0] or None, says)
