"""Everything a door must refuse, each about a planted person: the table of privacy.md, "Input", as requests."""

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.journeys.world import PARTNER, World

ROUTE = "kelp-soloby"
NOTE = "has palpitations since Ghorvingsday"


@dataclass(frozen=True)
class Bad:
    """One request, and the status it is answered with."""

    name: str
    status: int
    content: bytes
    headers: dict[str, str] = field(default_factory=dict)
    who: str | None = PARTNER


def understood_and_refused(world: World) -> Iterator[Bad]:
    """Well-formed, and not to be taken (422, a fact without a person)."""
    changes: dict[str, dict[str, Any]] = {
        "no permission": {"permission": None},
        "no basis": {"disclosure_basis": None},
        "unknown route": {"route": "kelp-nowhere"},
        "paused route": {"route": "kelp-paused"},
        "wrong study": {"study": "gorse"},
        "closed study": {"route": "larch-lowmoor", "study": "larch", "material": "larch-words@1"},
        "no such material": {"material": "kelp-words@9"},
    }
    for name, change in changes.items():
        sent = {key: value for key, value in (world.referral(ROUTE) | change).items() if value is not None}
        yield Bad(name, 422, _json(sent))


def not_understood(world: World) -> Iterator[Bad]:
    """Nothing a program of ours should ever see in full (4xx, nothing stored)."""
    referral = world.referral(ROUTE)
    person = referral["person"]
    text = _json(referral).decode()
    yield Bad("unknown field", 422, _json(referral | {"notes": NOTE}))
    yield Bad("unknown field of the person", 422, _json(referral | {"person": person | {"diagnosis": NOTE}}))
    yield Bad("a person's name as a field", 422, _json(referral | {person["family_name"]: NOTE}))
    yield Bad("not a phone number", 422, _json(referral | {"person": person | {"phone": person["family_name"]}}))
    yield Bad("not an address", 422, _json(referral | {"person": person | {"email": f"{person['email']}@@"}}))
    yield Bad("external id like a mail address", 422, _json(referral | {"external_id": person["email"]}))
    yield Bad("NUL", 422, _json(referral | {"person": person | {"given_name": f"{person['given_name']}\0"}}))
    yield Bad("lone surrogate", 422, text.replace(person["given_name"], f"{person['given_name']}\\ud800").encode())
    yield Bad("70 KiB", 413, _json(referral | {"notes": NOTE * 2100}))
    yield Bad("depth 30", 400, _json(referral | {"notes": _deep(NOTE, 30)}))
    yield Bad("duplicate key", 400, f'{{"external_id": "{person["given_name"]}",{text[1:]}'.encode())
    yield Bad("NaN", 400, text.replace("learn_more", person["given_name"]).replace('"en"', "NaN").encode())
    yield Bad("XML", 415, f"<name>{person['family_name']}</name>".encode(), {"content-type": "application/xml"})
    yield Bad("gzip", 415, gzip.compress(_json(referral)), {"content-encoding": "gzip"})
    yield Bad("no key", 401, _json(referral), who=None)
    wrong = {"authorization": f"Bearer baton_partner_quarrel_{person['given_name']}"}
    yield Bad("wrong key", 401, _json(referral), wrong, who=None)
    yield Bad("a sponsor", 403, _json(referral), who="sponsor:vell")


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _deep(leaf: str, depth: int) -> Any:
    return [_deep(leaf, depth - 1)] if depth else leaf
