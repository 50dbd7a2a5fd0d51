"""The network of the fault runs: invented, the same for the same seed, with clocks of seconds.

Six partners, five open studies and one that is closed, twelve sites, thirty staff: two coordinators a site, one site
lead for two sites. The last two sites have room for a handful of leads, so that some wait; the others for thousands.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

SECONDS: Final = {"target": 3, "warn": 6, "breach": 12}
"""First response of every study but one, in seconds from when the referral was received (calendars never close)."""

FAR: Final = "fern"
"""The study whose clocks run for hours: nothing of it comes due within a run."""

SITES: Final = (
    "lowmoor", "fenside", "crowhill", "eastlea", "ashby", "wickford",
    "stonely", "harrow", "millbrook", "oakend", "narrowby", "smallbridge",
)  # fmt: skip
TIGHT: Final = SITES[-2:]
"""Sites with little room."""

STUDIES: Final = ("bracken", "clover", "dogwood", "elder", FAR)
OVER: Final = "larch"
"""A study that takes nobody any more."""

PARTNERS: Final = ("quarrel", "openhand", "riverside", "meridian", "tallow", "vantage")

PAUSED: Final = "paused"
"""How the id of each partner's paused route ends."""

_SPONSORS: Final = ("vell", "marrable")
_SINCE: Final = "2025-01-06"
_ROOM, _TIGHT_ROOM = 1000, 3
_FIELDS: Final = ["given_name", "family_name", "birth_year", "birth_date", "phone", "email", "postcode", "language",
                  "contact_is", "stated_interest"]  # fmt: skip
_BASES: Final = ["self_referred", "agreement_documented", "authorisation"]
_FORBIDDEN: Final = ["imply_eligibility", "enrol", "answer_consent_questions", "collect_sensitive_data"]
_PARTS: Final = {
    "about": "A research study.",
    "who_may_contact": "Adults who would like to hear more.",
    "site_reviews": "The study team asks some questions.",
    "do_not_promise": "Do not say that a person qualifies.",
    "where_to_go": "The site's study line.",
    "questions": "The site's study line, not for medical advice.",
}

Document = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Lane:
    """One live route as its partner uses it."""

    route: str
    partner: str
    study: str
    site: str
    source_tag: str
    material: str
    """`id@version`"""
    weight: float
    """how often it is used, against the other lanes"""


def network(seed: int) -> Document:
    """A document that `PUT /intake/v1/network` takes; which partner has a route where depends on the seed."""
    rng = random.Random(f"network {seed}")
    places = {study: sorted([*rng.sample(SITES[:-2], 5), rng.choice(TIGHT)]) for study in (*STUDIES[:-1], OVER)}
    places[FAR] = sorted(rng.sample(SITES[:-2], 4))
    sections = _sections(places, rng)
    return {
        name: [{**item, "effective_from": _SINCE, "reviewed_on": _SINCE} for item in items]
        for name, items in sections.items()
    }


def lanes(document: Mapping[str, Any]) -> list[Lane]:
    """The live routes of open studies with their weights: Zipf over partners and over studies, softer over sites."""
    return [
        Lane(
            route=route["id"],
            partner=route["partner"],
            study=route["study"],
            site=route["site"],
            source_tag=route["source_tag"],
            material=f"{route['material']}@1",
            weight=_zipf(PARTNERS, route["partner"]) * _zipf(STUDIES, route["study"]) * _site_weight(route["site"]),
        )
        for route in document["routes"]
        if route["state"] == "live" and route["study"] != OVER
    ]


def site_leads(document: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Site lead -> the sites whose queue it reads."""
    return {one["id"]: tuple(one["sites"]) for one in document["staff"] if "site_lead" in one["roles"]}


def coordinators(document: Mapping[str, Any]) -> tuple[str, ...]:
    """Everybody who may own leads."""
    return tuple(one["id"] for one in document["staff"] if "coordinator" in one["roles"])


def _sections(places: Mapping[str, Sequence[str]], rng: random.Random) -> dict[str, list[Document]]:
    return {
        "studies": [_study(name, places[name]) for name in places],
        "sites": [
            {"id": site, "name": site.title(), "zone": "Europe/London", "country": "GB", "calendar": "always"}
            for site in SITES
        ],
        "staff": list(_staff()),
        "pools": [{"id": f"{site}-desk", "site": site, "members": list(_coordinators(site))} for site in SITES],
        "sponsors": [{"id": name, "name": name.title()} for name in _SPONSORS],
        "partners": [{"id": name, "name": f"{name.title()} Referrals"} for name in PARTNERS],
        "agreements": [_agreement(partner) for partner in PARTNERS],
        "materials": [_material(study) for study in places],
        "routes": [route for study, sites in places.items() for site in sites for route in _routes(study, site, rng)],
        "policies": [
            {"id": "seconds", "first_response": {name: f"{value}s" for name, value in SECONDS.items()}},
            {"id": "far", "first_response": {"target": "4h", "warn": "6h", "breach": "8h"}},
        ],
        "calendars": [{"id": "always", "always_open": True}],
    }


def _zipf(ranked: Sequence[str], name: str) -> float:
    return 1.0 / (ranked.index(name) + 1)


def _site_weight(site: str) -> float:
    return 0.08 if site in TIGHT else float((SITES.index(site) + 1) ** -0.5)


def _study(name: str, sites: Sequence[str]) -> Document:
    return {
        "id": name,
        "code": f"{name[:2].upper()}-{len(name)}01",
        "name": f"Study {name.title()}",
        "description": "a study about sleep",
        "sponsor": _SPONSORS[len(name) % 2],
        "policy": "far" if name == FAR else "seconds",
        "recruiting": "closed" if name == OVER else "recruiting",
        "sites": [{"site": site} for site in sites],
    }


def _coordinators(site: str) -> tuple[str, str]:
    return f"{site}-ines", f"{site}-otto"


def _staff() -> Iterator[Document]:
    for site in SITES:
        for name in _coordinators(site):
            yield _member(name, [site], "coordinator", _TIGHT_ROOM if site in TIGHT else _ROOM)
    for number in range(0, len(SITES), 2):
        yield _member(f"lead-{number // 2 + 1}", list(SITES[number : number + 2]), "site_lead", 0)


def _member(name: str, sites: list[str], role: str, room: int) -> Document:
    mail = f"{name}@sites.example"
    return {"id": name, "label": name.title(), "sites": sites, "roles": [role], "email": mail, "capacity": room}


def _agreement(partner: str) -> Document:
    return {
        "id": f"{partner}-2025",
        "partner": partner,
        "channels": ["partner_api"],
        "bases": _BASES,
        "studies": [{"study": study, "allowed_fields": _FIELDS} for study in (*STUDIES, OVER)],
        "acknowledges": _FORBIDDEN,
        "limits": {"posts_per_hour": 100_000_000, "batches_per_hour": 1_000_000},
        "valid_from": _SINCE,
    }


def _material(study: str) -> Document:
    return {
        "id": f"{study}-words",
        "version": 1,
        "study": study,
        "language": "en",
        "approval_reference": f"S-{len(study)}",
        "approved_on": _SINCE,
        "places": ["leaflet"],
        "parts": _PARTS,
    }


def _routes(study: str, site: str, rng: random.Random) -> Iterator[Document]:
    """Two to four partners refer to a study at a site, so that a person can come through two of them."""
    chosen = rng.sample(PARTNERS, rng.choice((2, 3, 3, 4)))
    for partner in sorted(chosen, key=PARTNERS.index):
        yield _route(partner, study, site, rng.choice(("spring", "radio", "clinic-list")), "live")
    if study == STUDIES[0] and site in SITES[:-2]:
        yield from (_route(partner, study, site, PAUSED, "paused") for partner in chosen[:1])


def _route(partner: str, study: str, site: str, tag: str, state: str) -> Document:
    owner, backup = _coordinators(site)
    return {
        "id": f"{partner}-{study}-{site}" + (f"-{PAUSED}" if state == "paused" else ""),
        "partner": partner,
        "study": study,
        "site": site,
        "channel": "partner_api",
        "source_tag": tag,
        "pool": f"{site}-desk",
        "owner": owner,
        "backup": backup,
        "material": f"{study}-words",
        "weekly_max": 100_000,
        "state": state,
    }
