"""A small network, people and answers for the demo's tests, valid by default."""

from datetime import UTC, date, datetime
from typing import Any

from deploy.demo.contact import Contact
from deploy.demo.deliveries import Delivery, Twist
from deploy.demo.fates import Fate, Stale
from deploy.demo.offers import Offer
from deploy.demo.partners import Answered
from deploy.demo.people import Person, Record

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CONTACT = Contact("+12015550100", "ada.vale.0@mail.example")
AT_ONCE = Fate(Stale.NO, 0.0, "reached", None, 0.0, "too_far")


def a_record(**changes: Any) -> Record:
    """An original record."""
    told: dict[str, Any] = {
        "id": "1-rec-1-org", "person": "1-rec-1", "is_original": True, "given_name": "Ada", "family_name": "Vale",
        "birth_date": date(1961, 5, 17), "birth_year": 1961, "postcode": "4011",
    }  # fmt: skip
    return Record(**{**told, **changes})


def a_person(number: int = 1, duplicates: int = 1) -> Person:
    """Somebody with some duplicates."""
    who = {"person": f"1-rec-{number}", "given_name": f"Ada{chr(96 + number % 26)}"}
    records = [
        a_record(id=f"1-rec-{number}-dup-{n}", is_original=False, given_name=f"Adda{n}", person=f"1-rec-{number}")
        for n in range(duplicates)
    ]
    return Person(a_record(id=f"1-rec-{number}-org", **who), tuple(records))


def an_offer(**changes: Any) -> Offer:
    """An open route."""
    told: dict[str, Any] = {
        "route": "openhand-alder-eastmere", "partner": "openhand", "study": "alder", "site": "eastmere",
        "country": "US", "channel": "partner_api", "bases": ("self_referred",),
        "fields": frozenset({"given_name", "family_name", "birth_year", "birth_date", "phone", "email", "postcode"}),
        "material": "alder-words@2", "earlier_material": "alder-words@1", "weight": 1.0, "closed": None,
    }  # fmt: skip
    return Offer(**{**told, **changes})


def a_delivery(**changes: Any) -> Delivery:
    """Sent at once, and taken."""
    told: dict[str, Any] = {
        "number": 1, "at": 0.0, "offer": an_offer(), "person": "1-rec-1", "twist": Twist.PLAIN, "expects": "accepted",
        "fate": AT_ONCE, "body": b"{}",
    }  # fmt: skip
    return Delivery(**{**told, **changes})


def an_answer(delivery: Delivery | None = None, **changes: Any) -> Answered:
    """Accepted."""
    told: dict[str, Any] = {
        "delivery": delivery or a_delivery(), "status": 202, "meaning": "accepted", "lead": "lead-1", "seconds": 0.01,
    }  # fmt: skip
    return Answered(**{**told, **changes})


def a_document() -> dict[str, list[dict[str, Any]]]:
    """One study at two sites, the second paused; one partner with a route to each; two versions of its words."""
    route = {"partner": "openhand", "study": "alder", "channel": "partner_api", "material": "alder-words"}
    return {
        "studies": [
            {"id": "alder", "recruiting": "recruiting", "sponsor": "northfield",
             "sites": [{"site": "eastmere"}, {"site": "fell", "recruiting": "paused"}]},
        ],
        "sites": [{"id": "eastmere", "name": "Eastmere", "country": "GB"}, {"id": "fell", "name": "Fell"}],
        "staff": [
            {"id": "ines", "sites": ["eastmere"], "roles": ["coordinator"], "capacity": 40},
            {"id": "bram", "sites": ["eastmere"], "roles": ["coordinator"], "capacity": 40, "weight": 50},
        ],
        "pools": [{"id": "pool", "site": "eastmere", "members": ["ines", "bram"]}],
        "agreements": [
            {"partner": "openhand", "channels": ["partner_api"], "bases": ["self_referred"],
             "studies": [{"study": "alder", "allowed_fields": ["given_name", "phone"]}]},
        ],
        "materials": [{"id": "alder-words", "version": 1}, {"id": "alder-words", "version": 2}],
        "routes": [
            {**route, "id": "one", "site": "eastmere", "state": "live", "allowed_fields": ["phone"]},
            {**route, "id": "two", "site": "fell", "state": "live"},
            {**route, "id": "three", "site": "eastmere", "state": "paused"},
            {**route, "id": "four", "site": "eastmere", "state": "draft"},
            {**route, "id": "five", "site": "eastmere", "state": "live", "channel": "clinic_form"},
        ],
        "policies": [{"id": "typical"}, {"id": "urgent"}],
        "calendars": [{"id": "office", "hours": []}],
    }  # fmt: skip
