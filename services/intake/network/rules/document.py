"""A network document: its eleven sections, read item by item so that all faults are found at once."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from services.intake.network.rules.faults import Fault, Path, faults_from
from services.intake.network.rules.items import (
    OF_SECTION,
    Agreement,
    AnyItem,
    Calendar,
    Material,
    Partner,
    Policy,
    Pool,
    Route,
    Site,
    Sponsor,
    StaffMember,
    Study,
)
from services.intake.network.rules.parts import Part


class NetworkDocument(Part):
    """What `PUT /intake/v1/network` takes: every item whole. Items it does not name stay as they are."""

    studies: tuple[Study, ...] = ()
    sites: tuple[Site, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    pools: tuple[Pool, ...] = ()
    sponsors: tuple[Sponsor, ...] = ()
    partners: tuple[Partner, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    materials: tuple[Material, ...] = ()
    routes: tuple[Route, ...] = ()
    policies: tuple[Policy, ...] = ()
    calendars: tuple[Calendar, ...] = ()

    def placed(self) -> "list[Placed]":
        """Every item with its place."""
        return [
            Placed((section, number), item)
            for section in OF_SECTION
            for number, item in enumerate(getattr(self, section))
        ]


@dataclass(frozen=True, slots=True)
class Placed:
    """An item and where it stands: `("sites", 3)`, or `("in force", "site/eastmere")` for one not in the document."""

    path: Path
    item: AnyItem

    def fault(self, *where: str | int, says: str) -> Fault:
        """A fault at a field of this item."""
        return Fault((*self.path, *where), says)


def beside(placed: Sequence[Placed], stored: Sequence[AnyItem]) -> list[Placed]:
    """The document's items and those in force that it does not name."""
    named = {one.item.key for one in placed}
    return [*placed, *(Placed(("in force", item.key), item) for item in stored if item.key not in named)]


@dataclass(frozen=True, slots=True)
class Reading:
    """The items that could be read, and what is wrong with the others."""

    placed: list[Placed]
    faults: list[Fault]
    unread: frozenset[str]
    """keys of the others, as far as they say one: what names them is not wrong for that"""


def read(document: Mapping[str, Any]) -> Reading:
    """Read every item by itself, as strictly as the HTTP door does; values are what JSON can hold."""
    placed: list[Placed] = []
    faults: list[Fault] = []
    unread: set[str] = set()
    for section, listed in document.items():
        if section not in OF_SECTION:
            faults.append(Fault((section,), f"is not a section; there are {', '.join(OF_SECTION)}"))
        elif not isinstance(listed, list):
            faults.append(Fault((section,), "must be a list of items"))
        else:
            for path, raw in _numbered(section, listed):
                try:
                    placed.append(Placed(path, OF_SECTION[section].model_validate_json(json.dumps(raw), strict=True)))
                except ValidationError as error:
                    faults.extend(faults_from(error, path))
                    unread.add(_key(section, raw))
    return Reading(placed, faults, frozenset(unread))


def _key(section: str, raw: Any) -> str:
    """What the key of an item that cannot be read would have been."""
    kind = OF_SECTION[section].kind
    return f"{kind}/{raw.get('id', '')}" if isinstance(raw, Mapping) else f"{kind}/"


def _numbered(section: str, listed: Sequence[Any]) -> Iterator[tuple[Path, Any]]:
    for number, raw in enumerate(listed):
        yield (section, number), raw
