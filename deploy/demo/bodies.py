"""What partners put into a referral: the body of `POST /intake/v1/referrals`, and bodies that no door should take."""

import json
import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from deploy.demo.contact import Contact, written
from deploy.demo.offers import Offer
from deploy.demo.people import Record

_INTERESTS: Final = ("learn_more", "consider_taking_part", "asks_about_visits")
_WHOLE_DATE: Final = 0.6
"""How often a partner that may send the whole birth date has it."""


def referral(
    number: int, offer: Offer, record: Record, contact: Contact, now: datetime, rng: random.Random
) -> dict[str, Any]:
    """One referral as its partner's system writes it. `now` is the time of the demo's start."""
    basis = rng.choice(offer.bases)
    asked = now - timedelta(minutes=rng.randrange(5, 600))
    return {
        "route": offer.route,
        "study": offer.study,
        "material": offer.material,
        "external_id": f"{offer.partner}-{number}",
        "disclosure_basis": basis if basis == "self_referred" else {"kind": basis, "reference": f"form {number}"},
        "person": _person(record, written(contact, rng), offer, rng),
        "permission": {
            "channels": _channels(contact, rng),
            "wording": offer.material,
            "given_at": asked.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        "stated_interest": rng.choice(_INTERESTS),
    }


def without_permission(body: Mapping[str, Any], rng: random.Random) -> dict[str, Any]:
    """Nobody asked the person, or they permitted no channel."""
    without = {name: value for name, value in body.items() if name != "permission"}
    return without if rng.random() < 0.5 else {**body, "permission": {**body["permission"], "channels": []}}


def malformed(body: Mapping[str, Any], rng: random.Random) -> tuple[bytes, str]:
    """A body with a slip in it and its media type: a field nobody knows, a word for a number, half a document, XML."""
    whole = json.dumps(body)
    return rng.choice(
        [
            (json.dumps({**body, "priority": "high"}).encode(), JSON),
            (json.dumps({**body, "person": {**body["person"], "birth_year": "unknown"}}).encode(), JSON),
            (whole[: len(whole) // 2].encode(), JSON),
            (f'{{"route": "{body["route"]}", {whole[1:]}'.encode(), JSON),  # a name twice
            (b"<referral><route>somewhere</route></referral>", "application/xml"),
        ]
    )


JSON: Final = "application/json"


def _person(record: Record, contact: Contact, offer: Offer, rng: random.Random) -> dict[str, Any]:
    whole = rng.random() < _WHOLE_DATE and "birth_date" in offer.fields and record.birth_date is not None
    fields = {
        "given_name": record.given_name,
        "family_name": record.family_name,
        "birth_date": record.birth_date.isoformat() if whole and record.birth_date else None,
        "birth_year": None if whole else record.birth_year,
        "phone": contact.phone,
        "email": contact.email,
        "postcode": record.postcode,
        "language": "en",
    }
    return {name: value for name, value in fields.items() if value and name in offer.fields}


def _channels(contact: Contact, rng: random.Random) -> list[str]:
    channels = ["phone"] if contact.phone else []
    if contact.phone and rng.random() < 0.3:
        channels.append("sms")
    if contact.email and (not contact.phone or rng.random() < 0.6):
        channels.append("email")
    if contact.phone and rng.random() < 0.5:
        channels.append("may_leave_message")
    return channels
