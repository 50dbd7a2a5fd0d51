"""The little network of the scenarios: one site with room and one with two places, a study whose clocks run in seconds
and one whose run in hours, and somebody on the staff who works nowhere.
"""

from typing import Any, Final

from tests.faults.traffic.network import FAR, SECONDS, SITES, STUDIES, TIGHT, Lane, lanes

ROOMY, FULL = SITES[0], TIGHT[0]
QUICK: Final = STUDIES[0]
PARTNER: Final = "quarrel"
SITE_LEAD: Final = "lead-1"
VISITOR: Final = "visitor"
"""Staff without a site: nothing is theirs to see."""

_SINCE: Final = {"effective_from": "2025-01-06", "reviewed_on": "2025-01-06"}
_FIELDS: Final = ["given_name", "family_name", "birth_year", "birth_date", "phone", "email", "postcode", "language",
                  "contact_is", "stated_interest"]  # fmt: skip
_FORBIDDEN: Final = ["imply_eligibility", "enrol", "answer_consent_questions", "collect_sensitive_data"]
_PARTS: Final = dict.fromkeys(
    ("about", "who_may_contact", "site_reviews", "do_not_promise", "where_to_go", "questions"), "A few words."
)

Document = dict[str, Any]


def little_network(*, room: int = 1) -> Document:
    """The document. `room`: what each coordinator of the full site has room for."""
    sections: dict[str, list[Document]] = {
        "studies": [_study(QUICK, "seconds"), _study(FAR, "far")],
        "sites": [
            {"id": site, "name": site.title(), "zone": "Europe/London", "country": "GB", "calendar": "always"}
            for site in (ROOMY, FULL)
        ],
        "staff": [
            *(_member(name, [ROOMY], "coordinator", 900) for name in _desk(ROOMY)),
            *(_member(name, [FULL], "coordinator", room) for name in _desk(FULL)),
            _member(SITE_LEAD, [ROOMY, FULL], "site_lead", 0),
            _member(VISITOR, [], "network_manager", 0),
        ],
        "pools": [{"id": f"{site}-desk", "site": site, "members": list(_desk(site))} for site in (ROOMY, FULL)],
        "sponsors": [{"id": "vell", "name": "Vell"}],
        "partners": [{"id": PARTNER, "name": "Quarrel Referrals"}],
        "agreements": [_agreement()],
        "materials": [_material(study) for study in (QUICK, FAR)],
        "routes": [_route(study, site) for study in (QUICK, FAR) for site in (ROOMY, FULL)],
        "policies": [
            {"id": "seconds", "first_response": {name: f"{value}s" for name, value in SECONDS.items()}},
            {"id": "far", "first_response": {"target": "4h", "warn": "6h", "breach": "8h"}},
        ],
        "calendars": [{"id": "always", "always_open": True}],
    }
    return {name: [{**item, **_SINCE} for item in items] for name, items in sections.items()}


def lane(document: Document, study: str, site: str) -> Lane:
    """The one route of a study at a site."""
    return next(one for one in lanes(document) if (one.study, one.site) == (study, site))


def _desk(site: str) -> tuple[str, str]:
    return f"{site}-ines", f"{site}-otto"


def _study(name: str, policy: str) -> Document:
    return {
        "id": name,
        "code": f"{name[:2].upper()}-{len(name)}01",
        "name": f"Study {name.title()}",
        "description": "a study about sleep",
        "sponsor": "vell",
        "policy": policy,
        "recruiting": "recruiting",
        "sites": [{"site": ROOMY}, {"site": FULL}],
    }


def _member(name: str, sites: list[str], role: str, room: int) -> Document:
    mail = f"{name}@sites.example"
    return {"id": name, "label": name.title(), "sites": sites, "roles": [role], "email": mail, "capacity": room}


def _agreement() -> Document:
    return {
        "id": f"{PARTNER}-2025",
        "partner": PARTNER,
        "channels": ["partner_api"],
        "bases": ["self_referred", "agreement_documented", "authorisation"],
        "studies": [{"study": study, "allowed_fields": _FIELDS} for study in (QUICK, FAR)],
        "acknowledges": _FORBIDDEN,
        "limits": {"posts_per_hour": 100_000_000, "batches_per_hour": 1_000_000},
        "valid_from": "2025-01-06",
    }


def _material(study: str) -> Document:
    return {
        "id": f"{study}-words",
        "version": 1,
        "study": study,
        "language": "en",
        "approval_reference": f"S-{len(study)}",
        "approved_on": "2025-01-06",
        "places": ["leaflet"],
        "parts": _PARTS,
    }


def _route(study: str, site: str) -> Document:
    owner, backup = _desk(site)
    return {
        "id": f"{PARTNER}-{study}-{site}",
        "partner": PARTNER,
        "study": study,
        "site": site,
        "channel": "partner_api",
        "source_tag": "spring",
        "pool": f"{site}-desk",
        "owner": owner,
        "backup": backup,
        "material": f"{study}-words",
        "weekly_max": 100_000,
        "state": "live",
    }
