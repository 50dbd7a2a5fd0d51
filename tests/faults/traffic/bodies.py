"""What partners put into a referral, what intake must say of it, and bodies that no door should take."""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.faults.traffic.network import OVER, PARTNERS, Lane
from tests.faults.traffic.people import Somebody

JSON: Final = "application/json"
WORDING: Final = "contact@1"

Body = dict[str, Any]

_ORDER: Final = ("phone", "sms", "email", "post", "may_leave_message")
"""Permitted channels as facts list them."""

_BASES: Final = ("self_referred", "agreement_documented", "authorisation")
_INTERESTS: Final = ("learn_more", "consider_taking_part", "asks_about_visits", None)


@dataclass(frozen=True, slots=True)
class Sent:
    """One body as bytes, and what it must be answered with. `code`: of the problem, None for an acceptance."""

    content: bytes
    media: str
    status: int
    code: str | None
    facts: Mapping[str, Any]
    """what the fact about it must carry: ReferralReceived's fields, or ReferralRefused's; empty where none is due"""


def referral(who: Somebody, lane: Lane, rng: random.Random) -> Body:
    """A referral that is accepted."""
    body = {
        "route": lane.route,
        "study": lane.study,
        "material": lane.material,
        "external_id": who.external_id,
        "disclosure_basis": {"kind": rng.choice(_BASES), "reference": who.reference, "given_on": "2025-06-01"},
        "person": dict(who.details),
        "permission": {"channels": list(who.channels), "wording": WORDING, "given_at": "2025-06-01T09:00:00Z"},
        "stated_interest": rng.choice(_INTERESTS),
    }
    return {name: value for name, value in body.items() if value is not None}


def accepted(body: Body, lane: Lane) -> Sent:
    """The body as it is sent, and the fact it becomes."""
    material, _, version = lane.material.partition("@")
    facts = {
        "study": lane.study,
        "site": lane.site,
        "partner": lane.partner,
        "route": lane.route,
        "source_tag": lane.source_tag,
        "channel": "partner_api",
        "priority": "routine",
        "material": material,
        "material_version": int(version),
        "material_superseded": False,
        "basis": body["disclosure_basis"]["kind"],
        "permitted": [channel for channel in _ORDER if channel in body["permission"]["channels"]],
        "permission_wording": WORDING,
        "contact_is": "self",
        "language": body["person"]["language"],
    }
    if "stated_interest" in body:
        facts["stated_interest"] = body["stated_interest"]
    return Sent(_bytes(body), JSON, 202, None, facts)


def other(body: Body, rng: random.Random) -> Sent:
    """The same key with another body, after an acceptance (P2)."""
    changed = rng.choice(
        [
            {**body, "person": {**body["person"], "language": "fr"}},
            {**body, "permission": {**body["permission"], "channels": ["phone", "post"], "wording": "contact@2"}},
            {**body, "external_id": body["external_id"] + "-b"},
        ]
    )
    return Sent(_bytes(changed), JSON, 422, "idempotency_key_reused", {})


def malformed(body: Body, rng: random.Random) -> Sent:
    """A slip: answered with a 4xx, nothing is kept and nothing said (docs/bad-input.md)."""
    return rng.choice(_SLIPS)(body)


def refused(body: Body, lane: Lane, rng: random.Random, paused: Mapping[str, str], over: Mapping[str, str]) -> Sent:
    """Understood and not taken: a 422 with its code, one ReferralRefused.

    `paused`, `over`: partner -> a route of theirs that is paused, and one of the study that is over.
    """
    without = {name: value for name, value in body.items() if name != "permission"}
    choices: list[tuple[Body, str, str | None]] = [
        (without, "permission_missing", lane.route),
        ({**body, "permission": {**body["permission"], "channels": []}}, "permission_missing", lane.route),
        ({**body, "disclosure_basis": "partial_waiver"}, "basis_missing", lane.route),
        ({**body, "material": f"{lane.study}-words@7"}, "material_missing", lane.route),
        ({**body, "route": f"nobody-{lane.study}-{lane.site}"}, "route_unknown", None),
        ({**body, "route": _somebody_elses(lane)}, "route_unknown", None),
    ]
    if route := paused.get(lane.partner):
        choices.append(({**body, "route": route, "study": route.split("-")[1]}, "route_not_live", route))
    if route := over.get(lane.partner):
        closed = {**body, "route": route, "study": OVER, "material": f"{OVER}-words@1"}
        choices.append((closed, "study_not_recruiting", route))
    sent, code, named = rng.choice(choices)
    facts = {"partner": lane.partner, "reason": code, "route": named}
    return Sent(_bytes(sent), JSON, 422, code, facts)


def _somebody_elses(lane: Lane) -> str:
    """A route id of another partner; whether it exists or not, the answer is the same (S2)."""
    partner = PARTNERS[(PARTNERS.index(lane.partner) + 1) % len(PARTNERS)]
    return f"{partner}-{lane.study}-{lane.site}"


def _bytes(body: Body) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode()


def _slip(change: Callable[[Body], Body], code: str = "field_invalid") -> Callable[[Body], Sent]:
    return lambda body: Sent(_bytes(change(body)), JSON, 422, code, {})


def _raw(change: Callable[[Body], bytes], status: int, code: str, media: str = JSON) -> Callable[[Body], Sent]:
    return lambda body: Sent(change(body), media, status, code, {})


def _person(body: Body, **changes: Any) -> Body:
    return {**body, "person": {**body["person"], **changes}}


_SLIPS: Final[tuple[Callable[[Body], Sent], ...]] = (
    _slip(lambda body: {**body, "priority": "high"}),
    _slip(lambda body: _person(body, birth_year="unknown")),
    _slip(lambda body: _person(body, birth_year=1961)),
    _slip(lambda body: _person(body, phone="call me")),
    _slip(lambda body: _person(body, email="nobody")),
    _slip(lambda body: {**body, "external_id": body["person"]["email"]}),
    _slip(lambda body: {**body, "study": "nowhere"}),
    _raw(lambda body: _bytes(body)[: len(_bytes(body)) // 2 - 1], 400, "body_malformed"),
    _raw(lambda body: b'{"route": "twice", ' + _bytes(body)[1:], 400, "body_malformed"),
    _raw(lambda _: b"[" * 40 + b"]" * 40, 400, "body_too_deep"),
    _raw(lambda body: _bytes(_person(body, given_name="x" * 70_000)), 413, "too_large"),
    _raw(lambda _: b"<referral/>", 415, "media_type_unsupported", "application/xml"),
)
