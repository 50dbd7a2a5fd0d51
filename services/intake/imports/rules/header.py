"""The first line of a file: which separator it has, where the mapped columns stand, and which are not read."""

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.intake.imports.rules.mapping import SEPARATORS, ColumnMapping, CsvField

_NAMEABLE: Final = re.compile(r"[^\W\d_][\w .()/-]{0,40}")
"""A header that is repeated to its partner; only of a file in which every mapped column was found, so its first line
is one of headers and not of a person."""

COLUMNS: Final = 500


@dataclass(frozen=True, slots=True)
class Layout:
    """How the rows of a file are read."""

    separator: str
    width: int
    """cells of a row"""
    places: Mapping[CsvField, int]
    not_read: tuple[str, ...]
    """by header, or as `column 7` where a header is no usual name"""


@dataclass(frozen=True, slots=True)
class Misfit:
    """Why a file does not go with a mapping: the fields whose columns are not there, or there twice."""

    missing: tuple[CsvField, ...] = ()
    twice: tuple[CsvField, ...] = ()
    malformed: bool = False


def layout_of(line: str, mapping: ColumnMapping, separator: str | None) -> Layout | Misfit:
    """Read the header line with the separator that was given, else with the one that finds the most columns."""
    tried = [_read(line, mapping, one) for one in ((separator,) if separator else SEPARATORS)]
    fitting = [one for one in tried if isinstance(one, Layout)]
    if fitting:
        return max(fitting, key=lambda one: one.width)
    return min((one for one in tried if isinstance(one, Misfit)), key=_faults)


def _faults(misfit: Misfit) -> tuple[bool, int]:
    return misfit.malformed, len(misfit.missing) + len(misfit.twice)


def _read(line: str, mapping: ColumnMapping, separator: str) -> Layout | Misfit:
    try:
        [cells] = csv.reader([line], delimiter=separator, strict=True)
    except (csv.Error, ValueError):
        return Misfit(malformed=True)
    headers = [cell.strip() for cell in cells]
    if "\x00" in line or len(headers) > COLUMNS:
        return Misfit(malformed=True)
    wanted = mapping.columns
    missing = tuple(field for field, header in wanted.items() if header.strip() not in headers)
    twice = tuple(field for field, header in wanted.items() if headers.count(header.strip()) > 1)
    if missing or twice:
        return Misfit(missing, twice)
    places = {field: headers.index(header.strip()) for field, header in wanted.items()}
    return Layout(separator, len(headers), places, _not_read(headers, set(places.values())))


def _not_read(headers: Sequence[str], read: set[int]) -> tuple[str, ...]:
    return tuple(
        header if _NAMEABLE.fullmatch(header) else f"column {n + 1}"
        for n, header in enumerate(headers)
        if n not in read
    )
