"""Everything the partners' door turns away: its status, nothing of the person stored, nothing repeated.

The first table is what was not understood (no fact), the second what was understood and refused (one fact).
"""

import gzip
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from contracts.referrals.facts import ReferralRefused
from contracts.vocabulary import Refusal
from services.chassis.auth.identity import Identity
from services.chassis.telemetry import metrics
from services.intake.access.storage.keys import issue_key, keys_of, revoke_key
from tests.chassis.telemetry.canary import Canary
from tests.intake.referrals.door import JSON, PATH, Desk, a_permission, a_person, a_referral, heard

CANARY = Canary.hatch()
PERSON = {"given_name": CANARY.word, "family_name": CANARY.name, "phone": "+1 212 555 0100", "email": CANARY.mail}


def body(**changes: Any) -> bytes:
    """A referral about the canary."""
    return json.dumps(a_referral(**{"person": a_person(**PERSON)} | changes)).encode()


def person(**changes: Any) -> bytes:
    return body(person=a_person(**PERSON | changes))


def raw(text: str) -> bytes:
    return text.replace("CANARY", CANARY.name).encode()


NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
BOMB = gzip.compress(b" " * 80 * 1024 * 1024)
"""80 MiB in as many KiB."""

DEEP = raw('{"person": {"given_name": "CANARY", "x": ' + "[" * 30 + "]" * 30 + "}}")
SLIPS: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("an unknown field", body(favourite=CANARY.word), {}, 422, "field_invalid"),
    ("an unknown field of the person", person(diagnosis=CANARY.word), {}, 422, "field_invalid"),
    ("an unknown field named like a person", body(**{CANARY.name: 1}), {}, 422, "field_invalid"),
    ("no person", body(person=None), {}, 422, "field_invalid"),
    ("no name at all", person(given_name=None, family_name=None), {}, 422, "field_invalid"),
    ("a line of narrative for a name", person(given_name=f"{CANARY.name} has " + "a tremor " * 20), {}, 422,
     "field_invalid"),
    ("a mail address for a name", person(given_name=CANARY.mail), {}, 422, "field_invalid"),
    ("a permitted phone without a number", person(phone=None), {}, 422, "field_invalid"),
    ("a phone that is none", person(phone=CANARY.word), {}, 422, "field_invalid"),
    ("a mail address that is none", person(email=f"{CANARY.word}@"), {}, 422, "field_invalid"),
    ("a postcode that is none", person(postcode=f"{CANARY.word}!"), {}, 422, "field_invalid"),
    ("a language that is none", person(language=CANARY.word), {}, 422, "field_invalid"),
    ("a birthday that is none", person(birth_year=None, birth_date="1961-02-30"), {}, 422, "field_invalid"),
    ("a birthday to come", person(birth_year=None, birth_date="2190-02-03"), {}, 422, "field_invalid"),
    ("a birthday of next week", person(birth_year=None, birth_date=NEXT_WEEK), {}, 422, "field_invalid"),
    ("a birth year to come", person(birth_year=2190), {}, 422, "field_invalid"),
    ("a birthday before anybody alive", person(birth_year=None, birth_date="1850-02-03"), {}, 422, "field_invalid"),
    ("a name of 200 letters", person(given_name=CANARY.name[:1] * 200), {}, 422, "field_invalid"),
    ("a name with a direction mark", person(given_name=f"{CANARY.name}\u202e"), {}, 422, "field_invalid"),
    ("a name with an Arabic letter mark", person(given_name=f"{CANARY.name}\u061c"), {}, 422, "field_invalid"),
    ("a name with a zero-width space", person(given_name=f"{CANARY.name}\u200b"), {}, 422, "field_invalid"),
    ("a name with a word joiner", person(given_name=f"{CANARY.name}\u2060"), {}, 422, "field_invalid"),
    ("a name with a soft hyphen", person(given_name=f"{CANARY.name}\u00ad"), {}, 422, "field_invalid"),
    ("a name nobody sees", person(given_name="\u3164"), {}, 422, "field_invalid"),
    ("a name of accents alone", person(given_name="\u0301\u0301"), {}, 422, "field_invalid"),
    ("a dash for a name", person(given_name="-"), {}, 422, "field_invalid"),
    ("a quoted mail address", person(email=f'"{CANARY.word} {CANARY.word}"@mail.example'), {}, 422, "field_invalid"),
    ("a mail address at an address literal", person(email=f"{CANARY.word}@[127.0.0.1]"), {}, 422, "field_invalid"),
    ("a mail address with a zero-width space", person(email=f"{CANARY.word}\u200b@mail.example"), {}, 422,
     "field_invalid"),
    ("a mail address with 65 letters before the @", person(email=f"{CANARY.word}{'x' * 65}@mail.example"), {}, 422,
     "field_invalid"),
    ("a mail address at a host that may not be", person(email=f"{CANARY.word}@-mail.example"), {}, 422,
     "field_invalid"),
    ("another country's number without +", person(phone="020 7946 0018"), {}, 422, "field_invalid"),
    ("a postcode with a zero-width space", person(postcode=f"{CANARY.word[:4]}\u200b1"), {}, 422, "field_invalid"),
    ("year and date of birth", person(birth_date="1961-02-03"), {}, 422, "field_invalid"),
    ("a year in quotes", person(birth_year="1961"), {}, 422, "field_invalid"),
    ("an unknown channel", body(permission=a_permission(channels=[CANARY.word])), {}, 422, "field_invalid"),
    ("a permission to come", body(permission=a_permission(given_at="2190-01-01T00:00:00Z")), {}, 422, "field_invalid"),
    ("a time without zone", body(permission=a_permission(given_at="2026-01-01T00:00:00")), {}, 422, "field_invalid"),
    ("an unknown basis", body(disclosure_basis=CANARY.word), {}, 422, "field_invalid"),
    ("an unknown interest", body(stated_interest=CANARY.word), {}, 422, "field_invalid"),
    ("wrong study", body(study="birch"), {}, 422, "field_invalid"),
    ("a study nobody knows", body(study="cedar"), {}, 422, "field_invalid"),
    ("material without a version", body(material="alder-words"), {}, 422, "field_invalid"),
    ("no external id", body(external_id=None), {}, 422, "field_invalid"),
    ("a mail address as external id", body(external_id=CANARY.mail), {}, 422, "field_invalid"),
    ("a phone number as external id", body(external_id="1-212-555-0100"), {}, 422, "field_invalid"),
    ("a national id as external id", body(external_id="QQ-12-34-56-C"), {}, 422, "field_invalid"),
    ("a field the route does not allow", body(route="narrow"), {}, 422, "field_not_allowed"),
    ("70 KiB", body(stated_interest="x" * 70 * 1024), {}, 413, "too_large"),
    ("depth 30", DEEP, {}, 400, "body_too_deep"),
    ("duplicate keys", raw('{"route": "live", "route": "CANARY"}'), {}, 400, "body_malformed"),
    ("NaN", raw('{"person": {"given_name": "CANARY", "birth_year": NaN}}'), {}, 400, "body_malformed"),
    ("NUL", raw('{"person": {"given_name": "CANARY\\u0000"}}'), {}, 422, "field_invalid"),
    ("a lone surrogate", raw('{"person": {"given_name": "CANARY\\ud83d"}}'), {}, 422, "field_invalid"),
    ("XML", raw("<referral>CANARY</referral>"), {"content-type": "application/xml"}, 415, "media_type_unsupported"),
    ("a gzip bomb", BOMB, {"content-encoding": "gzip"}, 415, "media_type_unsupported"),
    ("a gzip bomb in a gzip bomb", gzip.compress(BOMB), {"content-encoding": "gzip, gzip"}, 415,
     "media_type_unsupported"),
    ("a bomb that does not say so", BOMB, {}, 413, "too_large"),
    ("gzip that does not say so", gzip.compress(body()), {}, 400, "body_malformed"),
    ("brotli", body(), {"content-encoding": "br"}, 415, "media_type_unsupported"),
    ("gzip", gzip.compress(body()), {"content-encoding": "gzip"}, 415, "media_type_unsupported"),
    ("no Idempotency-Key", body(), {"idempotency-key": ""}, 400, "idempotency_key_invalid"),
    ("no key", body(), {"authorization": ""}, 401, "not_signed_in"),
    ("a wrong key", body(), {"authorization": f"Bearer baton_partner_openhand_{'0' * 40}"}, 401, "not_signed_in"),
    ("a name for a key", body(), {"authorization": f"Bearer {CANARY.word}"}, 401, "not_signed_in"),
    ("a staff member", body(), {"who": "staff:ines"}, 403, "kind_not_served"),
    ("a sponsor", body(), {"who": "sponsor:northfield"}, 403, "kind_not_served"),
]  # fmt: skip

REFUSED: list[tuple[str, dict[str, Any], Refusal, bool]] = [
    ("unknown route", {"route": "nowhere"}, Refusal.ROUTE_UNKNOWN, False),
    ("somebody else's route", {"route": "of-brightpost"}, Refusal.ROUTE_UNKNOWN, False),
    ("paused route", {"route": "paused"}, Refusal.ROUTE_NOT_LIVE, True),
    ("paused study", {"route": "study-paused", "study": "birch", "material": "birch-words@1"},
     Refusal.STUDY_NOT_RECRUITING, True),
    ("closed site", {"route": "site-closed"}, Refusal.STUDY_NOT_RECRUITING, True),
    ("study paused at this site", {"route": "here-paused"}, Refusal.STUDY_NOT_RECRUITING, True),
    ("no material", {"material": None}, Refusal.MATERIAL_MISSING, True),
    ("another study's material", {"material": "birch-words@1"}, Refusal.MATERIAL_MISSING, True),
    ("material to come", {"material": "alder-words@6"}, Refusal.MATERIAL_MISSING, True),
    ("material long superseded", {"material": "alder-words@1"}, Refusal.MATERIAL_OUTDATED, True),
    ("retired material", {"material": "alder-words@2"}, Refusal.MATERIAL_OUTDATED, True),
    ("withdrawn material", {"material": "alder-words@3"}, Refusal.MATERIAL_WITHDRAWN, True),
    ("missing permission", {"permission": None}, Refusal.PERMISSION_MISSING, True),
    ("permission for nothing", {"permission": a_permission(channels=[])}, Refusal.PERMISSION_MISSING, True),
    ("permission to leave a message only", {"permission": a_permission(channels=["may_leave_message"])},
     Refusal.PERMISSION_MISSING, True),
    ("missing basis", {"disclosure_basis": None}, Refusal.BASIS_MISSING, True),
    ("a basis that is not agreed", {"disclosure_basis": "partial_waiver"}, Refusal.BASIS_MISSING, True),
]  # fmt: skip


async def ask(desk: Desk, content: bytes, headers: dict[str, str]) -> httpx.Response:
    client = await desk.doors.ask("intake", headers.get("who", "partner:openhand"))
    sent = {"idempotency-key": f"k-{CANARY.word}"} | JSON | headers
    if sent.get("authorization") == "":
        del client.headers["authorization"]
    return await client.post(PATH, content=content, headers={name: value for name, value in sent.items() if value})


def repeated(response: httpx.Response, logged: str) -> list[str]:
    """Values of the canary in the answer or in what was logged."""
    return CANARY.is_in(f"{response.text} {response.headers} {logged} {metrics.render().decode()}")


@pytest.mark.parametrize(("content", "headers", "status", "code"), [s[1:] for s in SLIPS], ids=[s[0] for s in SLIPS])
async def test_what_is_not_understood_leaves_nothing(
    desk: Desk, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    before = await desk.counts()
    with heard() as said:
        response = await ask(desk, content, headers)
        logged = said.getvalue()
    assert (response.status_code, response.json()["code"]) == (status, code), response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert "request" in logged
    assert repeated(response, logged) == []
    assert await desk.counts() == before


@pytest.mark.parametrize(("changes", "code", "known"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
async def test_what_is_refused_leaves_one_fact_without_a_person(
    desk: Desk, changes: dict[str, Any], code: Refusal, known: bool
) -> None:
    before, content = await desk.counts(), body(**changes)
    with heard() as said:
        answers = [await ask(desk, content, {"idempotency-key": f"{code}-{changes!r}"[:200].replace(" ", "")})]
        answers.append(await ask(desk, content, {"idempotency-key": f"{code}-{changes!r}"[:200].replace(" ", "")}))
        logged = said.getvalue()
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, code)] * 2
    assert [repeated(answer, logged) for answer in answers] == [[], []]
    after = await desk.counts()
    assert {name: n - before[name] for name, n in after.items() if n != before[name]} == {
        "head": 1, "idempotency": 1, "outbox": 1, "refusal": 1,
    }  # fmt: skip
    key = (await desk.fetch("select key from outbox order by id desc limit 1"))[0]["key"]
    (fact,) = await desk.said(key)
    assert isinstance(fact, ReferralRefused)
    assert (fact.partner, fact.reason, fact.route is not None) == ("openhand", code, known)


async def test_a_slip_names_its_field_and_says_what_to_do(desk: Desk) -> None:
    response = await ask(desk, person(phone=CANARY.word, email=f"{CANARY.word}@"), {})
    assert [fault["pointer"] for fault in response.json()["errors"]] == ["/person/phone", "/person/email"]
    response = await ask(desk, body(route="narrow"), {})
    assert {fault["pointer"] for fault in response.json()["errors"]} == {
        "/person/birth_year", "/person/email", "/person/language", "/person/postcode", "/stated_interest",
    }  # fmt: skip


async def test_the_same_key_with_another_body_changes_nothing(desk: Desk) -> None:
    first = await desk.send(a_referral(), key="twice")
    before = await desk.counts()
    second = await ask(desk, body(), {"idempotency-key": "twice"})
    assert (first.status_code, second.status_code, second.json()["code"]) == (202, 422, "idempotency_key_reused")
    assert (await desk.counts(), repeated(second, "")) == (before, [])


async def test_after_a_refusal_the_mended_referral_comes_in_under_the_same_key(desk: Desk) -> None:
    mended = a_referral()
    refused = await desk.send({**mended, "route": "paused"}, key="mended")
    accepted = await desk.send(mended, key="mended")
    assert (refused.status_code, accepted.status_code) == (422, 202)


async def test_a_revoked_key_is_refused_and_leaves_nothing(desk: Desk) -> None:
    owner, parts = Identity("partner", "openhand"), desk.doors.parts("intake")
    async with parts.database.work("system:operator") as work:
        key = await issue_key(work, parts.keys, owner, timedelta(hours=1))
    headers = {"authorization": f"Bearer {key}"}
    accepted = await ask(desk, body(), headers | {"idempotency-key": "while-live"})
    async with parts.database.work("system:operator") as work:
        for live in await keys_of(work, owner):
            await revoke_key(work, live.id)
    before = await desk.counts()
    for content in (body(), b"not even JSON"):
        refused = await ask(desk, content, headers)
        assert (refused.status_code, refused.json()["code"], repeated(refused, "")) == (401, "not_signed_in", [])
    assert (accepted.status_code, await desk.counts()) == (202, before)
