"""Everything a person or a partner reads about one study, with what proves that it is approved: for an ethics board.

A hash is SHA-256 over the canonical JSON of the words alone, so the same words have the same hash wherever they stand.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from contracts.vocabulary import RouteState
from services.intake.network.rules.items import Agreement, AnyItem, Material, Partner, Route, Site, Sponsor, Study
from services.intake.network.rules.parts import Item
from services.intake.network.rules.words import ReferralField

_Kind = TypeVar("_Kind", bound=Item)

_PARTS = {
    "about": "What the study is",
    "who_may_contact": "Who may contact the site",
    "site_reviews": "What the site reviews",
    "do_not_promise": "What must not be promised",
    "where_to_go": "Where people go",
    "questions": "Who answers questions",
}


class NoSuchStudy(Exception):
    """Nothing of that name was applied; the text names those that were."""


@dataclass(frozen=True, slots=True)
class Words:
    """One version of approved words: `state` is in force, superseded, later, over or withdrawn."""

    material: Material
    state: str
    sha256: str
    paragraphs: tuple[tuple[str, str], ...]
    """heading and text, in the order they are read"""


@dataclass(frozen=True, slots=True)
class Way:
    """One route of the study, with the fields that it may carry."""

    route: Route
    partner: str
    site: str
    fields: tuple[ReferralField, ...]
    boundaries: tuple[str, ...]
    """exceptions from the four forbidden things, each with its approval and days; none is the rule"""


@dataclass(frozen=True, slots=True)
class Pack:
    """A study as an ethics board sees it."""

    study: Study
    sponsor: str
    words: tuple[Words, ...]
    ways: tuple[Way, ...]
    sha256: str
    """over the hashes of the words, in their order"""


def irb_pack(items: Sequence[AnyItem], study: str, at: datetime) -> Pack:
    """What was applied about a study as it stands at a moment.

    Raises:
        NoSuchStudy: none has this id or code.
    """
    studies = _all(items, Study)
    found = next((one for one in studies if study in (one.id, one.code)), None)
    if found is None:
        raise NoSuchStudy(f"there is no study {study}; there are {', '.join(sorted(one.id for one in studies))}")
    mine = [one for one in _all(items, Material) if one.study == found.id]
    words = tuple(_words(one, mine, at) for one in sorted(mine, key=lambda one: (one.id, -one.version)))
    routes = [one for one in _all(items, Route) if one.study == found.id and one.state is not RouteState.RETIRED]
    ways = tuple(_way(items, route, at) for route in sorted(routes, key=lambda one: one.id))
    sponsor = next((one.name for one in _all(items, Sponsor) if one.id == found.sponsor), found.sponsor)
    return Pack(found, sponsor, words, ways, sha256("".join(one.sha256 for one in words).encode()).hexdigest())


def _words(material: Material, versions: Sequence[Material], at: datetime) -> Words:
    paragraphs = tuple(_paragraphs(material))
    plain = json.dumps(paragraphs, ensure_ascii=False, separators=(",", ":"))
    return Words(material, _state(material, versions, at), sha256(plain.encode()).hexdigest(), paragraphs)


def _paragraphs(material: Material) -> Iterator[tuple[str, str]]:
    if material.parts is not None:
        for name, heading in _PARTS.items():
            yield heading, getattr(material.parts, name)
    if material.text is not None:
        yield "Text", material.text
    if material.permission_wording is not None:
        yield "How contact permission is asked for", material.permission_wording


def _state(material: Material, versions: Sequence[Material], at: datetime) -> str:
    if material.withdrawn:
        return "withdrawn"
    if material.over(at):
        return "over"
    if material.effective_from > at:
        return "later"
    newer = any(one.id == material.id and one.version > material.version and one.in_force(at) for one in versions)
    return "superseded" if newer else "in force"


def _way(items: Sequence[AnyItem], route: Route, at: datetime) -> Way:
    agreements = [
        one
        for one in _all(items, Agreement)
        if one.partner == route.partner and route.channel in one.channels and one.runs(at.date())
    ]
    agreed = frozenset[ReferralField]().union(*(one.allowed(route.study) for one in agreements))
    allowed = agreed if route.allowed_fields is None else agreed & frozenset(route.allowed_fields)
    boundaries = tuple(
        f"{one.allows} allowed by {one.approval_reference}, {one.valid_from} to {one.valid_until}"
        for agreement in agreements
        for one in agreement.exceptions
    )
    return Way(
        route,
        next((one.name for one in _all(items, Partner) if one.id == route.partner), route.partner),
        next((one.name for one in _all(items, Site) if one.id == route.site), route.site),
        tuple(field for field in ReferralField if field in allowed),
        boundaries,
    )


def _all(items: Sequence[AnyItem], kind: type[_Kind]) -> list[_Kind]:
    return [one for one in items if isinstance(one, kind)]
