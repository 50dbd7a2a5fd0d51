"""What a study record does not hold and a network needs: staff, pools, partners, agreements, words, routes. Invented.

Sites keep the numbers of their record (`nct02210780-017`, "Site 017, <city>"). Nobody of the record is in it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from itertools import cycle
from typing import Any, Final

from deploy.demo.offers import Document
from deploy.demo.rehearsal import Items

POLICY: Final = "typical"
CALENDAR: Final = "office"

_NAMES: Final = ("Ines", "Tomas", "Marit", "Noor", "Jonas", "Petra", "Malik", "Runa", "Ewan", "Salome", "Otis", "Keely")
_FORBIDDEN: Final = ["imply_eligibility", "enrol", "answer_consent_questions", "collect_sensitive_data"]
_FIELDS: Final = [
    "given_name",
    "family_name",
    "birth_year",
    "phone",
    "email",
    "postcode",
    "language",
    "stated_interest",
]
_PARTNERS: Final = (
    ("hollin", "Hollin Clinic", "clinic_form", "agreement_documented", [*_FIELDS, "birth_date"]),
    ("openhand", "Openhand Registry", "partner_api", "self_referred", [*_FIELDS, "birth_date"]),
    ("brightpost", "Brightpost Adverts", "self_referral", "self_referred", _FIELDS),
)


def around(document: Document, today: date) -> Items:
    """Everything to lay beside the studies and sites of records, so that each site can be sent people."""
    dates = {"effective_from": (today - timedelta(days=90)).isoformat(), "reviewed_on": today.isoformat()}
    names = cycle(_NAMES)
    staff = [one for site in document["sites"] for one in _staff(site, names)]
    items: Items = {
        "staff": staff,
        "pools": [_pool(site) for site in document["sites"]],
        "partners": [{"id": id, "name": name} for id, name, *_ in _PARTNERS],
        "agreements": [_agreement(document, partner, today) for partner in _PARTNERS],
        "routes": [_route(study["id"], one["site"], partner) for study in document["studies"] for one in study["sites"]
                   for partner in _PARTNERS],
        "policies": [{"id": POLICY, "first_response": {"target": "60bm", "warn": "180bm", "breach": "240bm"}}],
        "calendars": [{"id": CALENDAR, "always_open": True}],
    }  # fmt: skip
    dated = {section: [{**dates, **one} for one in listed] for section, listed in items.items()}
    return {
        **dated,
        "materials": [_material(study, version, today) for study in document["studies"] for version in (1, 2)],
    }


def header(records: Mapping[str, bool], today: date) -> dict[str, Any]:
    """The network file that brings the records in: path to `as_recruiting`."""
    return {
        "effective_from": (today - timedelta(days=90)).isoformat(),
        "reviewed_on": today.isoformat(),
        "studies": [
            {"record": path, "policy": POLICY, "calendar": CALENDAR, "as_recruiting": opened}
            for path, opened in records.items()
        ],
    }


def _pool(site: Mapping[str, Any]) -> dict[str, Any]:
    members = [f"{site['id']}-{letter}" for letter in "ab"]
    return {"id": f"{site['id']}-pool", "site": site["id"], "members": members}


def _staff(site: Mapping[str, Any], names: "cycle[str]") -> list[dict[str, Any]]:
    roles = (("lead", "site_lead", 0), ("a", "coordinator", 40), ("b", "coordinator", 40))
    place = str(site["name"]).partition(",")[0]
    return [
        {
            "id": f"{site['id']}-{letter}",
            "label": f"{next(names)}, {place}",
            "sites": [site["id"]],
            "roles": [role],
            "email": f"{letter}@{site['id']}.example",
            "capacity": capacity,
        }
        for letter, role, capacity in roles
    ]


def _agreement(document: Document, partner: tuple[str, str, str, str, list[str]], today: date) -> dict[str, Any]:
    id, _, channel, basis, fields = partner
    return {
        "id": f"{id}-agreement",
        "partner": id,
        "channels": [channel],
        "bases": [basis],
        "studies": [{"study": study["id"], "allowed_fields": fields} for study in document["studies"]],
        "acknowledges": _FORBIDDEN,
        "valid_from": (today - timedelta(days=90)).isoformat(),
    }


def _route(study: str, site: str, partner: tuple[str, str, str, str, list[str]]) -> dict[str, Any]:
    owner, backup = (f"{site}-{letter}" for letter in "ab")
    return {
        "id": f"{partner[0]}-{site}",
        "partner": partner[0],
        "study": study,
        "site": site,
        "channel": partner[2],
        "source_tag": "rehearsal",
        "pool": f"{site}-pool",
        "owner": owner,
        "backup": backup,
        "material": f"{study}-partner",
        "state": "live",
    }


def _material(study: Mapping[str, Any], version: int, today: date) -> dict[str, Any]:
    day = (today - timedelta(days=90 - 30 * version)).isoformat()
    return {
        "id": f"{study['id']}-partner",
        "version": version,
        "study": study["id"],
        "language": "en",
        "note": "sample, not approved by anyone",
        "effective_from": day,
        "approved_on": day,
        "reviewed_on": today.isoformat(),
        "approval_reference": f"SAMPLE-{study['id']}-PL{version}",
        "parts": {
            "about": "A research study, named here by its registry number only.",
            "who_may_contact": "Adults who would like to hear more, or someone they have asked to do so for them.",
            "site_reviews": "The study team will talk with you about the study and ask some questions.",
            "do_not_promise": "Do not say that a person qualifies, will be accepted, will improve or will be paid.",
            "where_to_go": "The study's form or the site's study line. Please do not describe health problems.",
            "questions": "The site's study line. In an emergency call your local emergency number.",
        },
        "places": ["rehearsal"],
    }
