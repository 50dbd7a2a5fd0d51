"""A network document as its partners see it: which routes are open, what may be sent on them, with which words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

Document = Mapping[str, Sequence[Mapping[str, Any]]]
"""A network document: section name to items, as in a network file."""

_OPEN: Final = "recruiting"
_SMALL_STUDY: Final = 5
"""A study at fewer sites brings fewer people: each of its routes counts for its share of these."""


@dataclass(frozen=True)
class Offer:
    """One route with what a partner needs to know of it. `closed` is the refusal it must meet, None if open."""

    route: str
    partner: str
    study: str
    site: str
    country: str
    channel: str
    bases: tuple[str, ...]
    fields: frozenset[str]
    material: str
    earlier_material: str | None
    """`id@version` that a newer one has replaced"""
    weight: float
    closed: str | None


def offers(document: Document) -> list[Offer]:
    """Every route of a partner with an agreement, drafts and retired ones left out."""
    studies = {one["id"]: one for one in document["studies"]}
    sites = {one["id"]: one for one in document["sites"]}
    found = []
    for route in document["routes"]:
        agreed = [one for one in document["agreements"] if _covers(one, route)]
        if not agreed or route["state"] in ("draft", "testing", "retired"):
            continue
        study, site = studies[route["study"]], sites[route["site"]]
        now, earlier = _materials(document, route["material"])
        found.append(
            Offer(
                route=route["id"],
                partner=route["partner"],
                study=route["study"],
                site=route["site"],
                country=site.get("country", "US"),
                channel=route["channel"],
                bases=tuple(basis for one in agreed for basis in one["bases"]),
                fields=_fields(agreed, route),
                material=now,
                earlier_material=earlier,
                weight=min(1.0, len(study["sites"]) / _SMALL_STUDY),
                closed=_closed(route, study, site),
            )
        )
    return found


def _covers(agreement: Mapping[str, Any], route: Mapping[str, Any]) -> bool:
    studies = [one["study"] for one in agreement["studies"]]
    ours = agreement["partner"] == route["partner"] and route["channel"] in agreement["channels"]
    return ours and route["study"] in studies


def _fields(agreed: Sequence[Mapping[str, Any]], route: Mapping[str, Any]) -> frozenset[str]:
    allowed = frozenset(
        field for one in agreed for study in one["studies"] if study["study"] == route["study"]
        for field in study["allowed_fields"]
    )  # fmt: skip
    narrowed = route.get("allowed_fields")
    return allowed & frozenset(narrowed) if narrowed else allowed


def _materials(document: Document, material: str) -> tuple[str, str | None]:
    versions = sorted(one["version"] for one in document["materials"] if one["id"] == material)
    return f"{material}@{versions[-1]}", f"{material}@{versions[-2]}" if len(versions) > 1 else None


def _closed(route: Mapping[str, Any], study: Mapping[str, Any], site: Mapping[str, Any]) -> str | None:
    """What a referral on this route is refused with, in the order the door judges."""
    if route["state"] != "live":
        return "route_not_live"
    here = next((one.get("recruiting", _OPEN) for one in study["sites"] if one["site"] == site["id"]), None)
    words = (study["recruiting"], site.get("recruiting", _OPEN), here)
    return None if all(word == _OPEN for word in words) else "study_not_recruiting"
