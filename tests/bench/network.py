"""The network of the benchmark: four studies, 24 sites, 96 coordinators with room for 96,000 leads. Invented."""

from typing import Any, Final

PARTNER: Final = "quarrel"
SPONSOR: Final = "vell"
STUDIES: Final = ("gorse", "hazel", "juniper", "kelp")
SITES_OF_A_STUDY: Final = 6
COORDINATORS: Final = 4
ROOM: Final = 1000
"""Open leads a coordinator may have, the most a network file takes."""

_DATED: Final = {"effective_from": "2025-01-06", "reviewed_on": "2025-01-06"}
_FIELDS: Final = [
    "given_name", "family_name", "birth_year", "birth_date", "phone", "email", "postcode", "language", "contact_is",
    "stated_interest",
]  # fmt: skip
_PARTS: Final = {
    "about": "A research study.",
    "who_may_contact": "Adults who would like to hear more.",
    "site_reviews": "The study team asks some questions.",
    "do_not_promise": "Do not say that a person qualifies.",
    "where_to_go": "The site's study line.",
    "questions": "The site's study line, not for medical advice.",
}


def routes() -> list[str]:
    """Every route, in the order of its study and site."""
    return [f"{study}-{site}" for study in STUDIES for site in _sites(study)]


def network(warn_after: str = "6h") -> dict[str, Any]:
    """The document. Clocks run always; a lead is warned about after `warn_after`, so that no timer fires by the way."""
    sites = [site for study in STUDIES for site in _sites(study)]
    sections: dict[str, list[dict[str, Any]]] = {
        "studies": [_study(study) for study in STUDIES],
        "sites": [
            {"id": site, "name": site.title(), "zone": "Europe/London", "country": "GB", "calendar": "always"}
            for site in sites
        ],
        "staff": [_lead(sites), *(_staff(name, site) for site in sites for name in _team(site))],
        "pools": [{"id": f"{site}-desk", "site": site, "members": _team(site)} for site in sites],
        "sponsors": [{"id": SPONSOR, "name": "Vell"}],
        "partners": [{"id": PARTNER, "name": "Quarrel Street Clinic"}],
        "agreements": [_agreement()],
        "materials": [_material(study) for study in STUDIES],
        "routes": [_route(study, site) for study in STUDIES for site in _sites(study)],
        "policies": [{"id": "far", "first_response": {"target": "1h", "warn": warn_after, "breach": "999h"}}],
        "calendars": [{"id": "always", "always_open": True}],
    }
    return {name: [{**_DATED, **one} for one in items] for name, items in sections.items()}


def _sites(study: str) -> list[str]:
    return [f"{study}-{number}" for number in range(1, SITES_OF_A_STUDY + 1)]


def _team(site: str) -> list[str]:
    return [f"{site}-{letter}" for letter in "abcd"[:COORDINATORS]]


def _study(study: str) -> dict[str, Any]:
    about = {"code": study.upper(), "name": f"Study {study.title()}", "description": "a study about hearing"}
    sites = [{"site": site} for site in _sites(study)]
    return {"id": study, **about, "sponsor": SPONSOR, "policy": "far", "recruiting": "recruiting", "sites": sites}


def _staff(name: str, site: str) -> dict[str, Any]:
    known = {"label": f"{name}, {site}", "email": f"{name}@site.example", "capacity": ROOM}
    return {"id": name, "sites": [site], "roles": ["coordinator"], **known}


def _lead(sites: list[str]) -> dict[str, Any]:
    known = {"label": "Perrin, all sites", "email": "perrin@site.example", "capacity": 0}
    return {"id": "perrin", "sites": sites, "roles": ["site_lead"], **known}


def _agreement() -> dict[str, Any]:
    return {
        "id": f"{PARTNER}-2025",
        "partner": PARTNER,
        "channels": ["partner_api"],
        "bases": ["self_referred"],
        "studies": [{"study": study, "allowed_fields": _FIELDS} for study in STUDIES],
        "acknowledges": ["imply_eligibility", "enrol", "answer_consent_questions", "collect_sensitive_data"],
        "limits": {"posts_per_hour": 100_000_000, "batches_per_hour": 1_000_000},
        "valid_from": "2025-01-06",
    }


def _material(study: str) -> dict[str, Any]:
    approved = {"approval_reference": f"S-{study}", "approved_on": "2025-01-06", "places": ["leaflet"]}
    return {"id": f"{study}-words", "version": 1, "study": study, "language": "en", **approved, "parts": _PARTS}


def _route(study: str, site: str) -> dict[str, Any]:
    owner, backup, *_ = _team(site)
    people = {"pool": f"{site}-desk", "owner": owner, "backup": backup, "partner": PARTNER}
    where = {"study": study, "site": site, "material": f"{study}-words", "channel": "partner_api"}
    return {"id": f"{study}-{site}", **where, **people, "source_tag": "spring", "weekly_max": 100_000, "state": "live"}
