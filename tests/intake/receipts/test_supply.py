"""What a referral came without may be supplied: by its partner, for three days, once, and nothing else changes."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.tokens.facts import MatchTokens
from services.chassis.crypto.secrets import KeyRing
from services.chassis.telemetry import metrics
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.supplied import add_details
from services.intake.contacts.storage.vault import read_details
from services.intake.receipts.rules.receipt import HAND_OVER_AFTER, SUPPLY_WITHIN
from tests.intake.receipts.test_receipts import ask, earlier, take_back
from tests.intake.referrals.door import JSON, PATH, Desk, a_person, a_referral
from tests.intake.referrals.test_canary import dump, hits
from tests.place import Place

LACKING = {"family_name": None, "birth_year": None, "postcode": None}


async def lacking(desk: Desk, **changes: Any) -> str:
    """A referral with a given name and its channels, and nothing else."""
    sent = await desk.send(a_referral(person=a_person(**LACKING), **changes))
    assert sent.status_code == 202, sent.text
    assert set(sent.json()) == {"lead", "status", "received_at"}
    lead: str = sent.json()["lead"]
    return lead


async def supply(
    desk: Desk, lead: str, person: Any, *, who: str = "partner:openhand", key: str | None = None
) -> httpx.Response:
    client = await desk.doors.ask("intake", who)
    headers = {"idempotency-key": key or str(uuid4()), **JSON}
    return await client.post(f"{PATH}/{lead}/supply", content=json.dumps({"person": person}), headers=headers)


async def details(desk: Desk, lead: str) -> dict[str, str]:
    settings = desk.doors.parts_of("intake").settings
    keys = VaultKeys(settings.keys_dir, KeyRing.open(settings.keys_dir, create=False))
    async with desk.database.work("system:test") as work:
        found = await read_details(work, keys, UUID(lead))
    await keys.close()
    assert found is not None
    return found


async def test_it_names_what_is_missing_and_goes_its_way_all_the_same(desk: Desk) -> None:
    lead = await lacking(desk)
    shown = (await ask(desk, f"/{lead}")).json()
    assert shown["state"] == "incomplete"
    assert shown["missing"] == ["/person/family_name", "/person/birth_year", "/person/postcode"]
    await earlier(desk, lead, HAND_OVER_AFTER)
    shown = (await ask(desk, f"/{lead}")).json()
    assert (shown["state"], len(shown["missing"])) == ("handed_over", 3)


async def test_a_whole_one_has_nothing_missing_nor_one_on_a_route_that_allows_no_more(desk: Desk) -> None:
    whole = (await desk.send(a_referral())).json()["lead"]
    born = a_person(birth_year=None, birth_date="1961-05-04")
    dated = (await desk.send(a_referral(person=born))).json()["lead"]
    person = a_person(birth_year=None, postcode=None, email=None, language=None)
    narrow = a_referral(route="narrow", person=person, permission=_by_phone(), stated_interest=None)
    small = (await desk.send(narrow)).json()["lead"]
    for lead in (whole, dated, small):
        shown = (await ask(desk, f"/{lead}")).json()
        assert (shown["state"], "missing" in shown) == ("accepted", False)
        assert (await supply(desk, lead, {"postcode": "10001"})).json()["code"] == "nothing_missing"


def _by_phone() -> dict[str, Any]:
    return {"channels": ["phone"], "wording": "eastmere-contact@2", "given_at": "2026-03-01T09:00:00Z"}


async def test_what_is_supplied_is_sealed_beside_the_rest_and_compared_anew(desk: Desk) -> None:
    lead = await lacking(desk)
    before = await details(desk, lead)
    answer = await supply(desk, lead, {"family_name": "Wren", "birth_date": "1961-05-04"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["missing"] == ["/person/postcode"]
    assert (await ask(desk, f"/{lead}")).json() == answer.json()
    assert await details(desk, lead) == before | {"family_name": "Wren", "birth": "1961-05-04"}
    said = [fact for fact in await desk.said(lead) if isinstance(fact, MatchTokens)]
    assert [[str(token.kind) for token in fact.tokens] for fact in said] == [
        ["email", "phone"],
        ["email", "initial_birth", "initial_birth", "names", "names", "phone"],
    ]
    last = await supply(desk, lead, {"postcode": "sw1a 1aa"})
    assert (last.json()["state"], "missing" in last.json()) == ("accepted", False)
    assert (await details(desk, lead))["postcode"] == "SW1A 1AA"
    versions = await desk.fetch("select version from outbox where key = $1 and stream = 'tokens' order by id", lead)
    assert [row["version"] for row in versions] == [1, 2, 3]


async def test_the_same_key_again_is_the_same_answer(desk: Desk) -> None:
    lead = await lacking(desk)
    answers = [await supply(desk, lead, {"postcode": "10001"}, key="supply-once") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(await desk.fetch("select from outbox where key = $1 and stream = 'tokens'", lead)) == 2


async def test_the_first_referral_sent_again_is_answered_as_before(desk: Desk) -> None:
    body = a_referral(person=a_person(**LACKING))
    first = await desk.send(body)
    await supply(desk, first.json()["lead"], {"postcode": "10001"})
    again = await desk.send(body)
    assert (again.status_code, again.content) == (202, first.content)


BAD: list[tuple[str, Any, str]] = [
    ("a field that was sent", {"given_name": "Grace"}, "/person/given_name"),
    ("a channel", {"phone": "+12125550101"}, "/person/phone"),
    ("nothing", {}, "/person"),
    ("two births", {"birth_year": 1961, "birth_date": "1961-05-04"}, "/person/birth_year"),
    ("a birth to come", {"birth_year": 2199}, "/person/birth_year"),
    ("a birth date to come", {"birth_date": "2199-01-01"}, "/person/birth_date"),
    ("a birth before anybody", {"birth_date": "1811-01-01"}, "/person/birth_date"),
    ("a postcode of words", {"postcode": "next to the church"}, "/person/postcode"),
    ("no object", "Wren", "/person"),
]


@pytest.mark.parametrize(("person", "pointer"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
async def test_a_slip_names_its_field_and_changes_nothing(desk: Desk, person: Any, pointer: str) -> None:
    lead = await lacking(desk)
    before, kept = await desk.counts(), await details(desk, lead)
    answer = await supply(desk, lead, person)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not [text for text in ("Grace", "church", "1811") if text in answer.text]
    assert (await desk.counts(), await details(desk, lead)) == (before, kept)


async def test_after_three_days_or_once_taken_back_it_is_too_late(desk: Desk) -> None:
    old, back = await lacking(desk), await lacking(desk)
    await earlier(desk, old, SUPPLY_WITHIN)
    await take_back(desk, back)
    for lead in (old, back):
        answer = await supply(desk, lead, {"postcode": "10001"})
        assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    fresh = await lacking(desk)
    await earlier(desk, fresh, SUPPLY_WITHIN - timedelta(minutes=1))
    assert (await supply(desk, fresh, {"postcode": "10001"})).status_code == 200


async def test_narrative_in_what_is_supplied_is_cut_out_or_refused(desk: Desk) -> None:
    lead = await lacking(desk)
    told = await supply(desk, lead, {"family_name": "has had a tremor since 2019"})
    assert (told.status_code, told.json()["errors"]) == (
        422,
        [{"pointer": "/person/family_name", "detail": "must not say anything about the person"}],
    )
    assert (await supply(desk, lead, {"family_name": "Wren, has had a tremor since 2019"})).status_code == 200
    assert (await details(desk, lead))["family_name"] == "Wren"


async def test_another_s_is_as_good_as_none(desk: Desk) -> None:
    sent = await desk.send(a_referral(person=a_person(**LACKING), route="of-brightpost"), who="partner:brightpost")
    seen = []
    await supply(desk, str(uuid4()), {"postcode": "10001"})  # now it is known what the partner's agreements ask for
    for lead in (sent.json()["lead"], str(uuid4())):
        with metrics.fresh():
            metrics.allow("service", "intake")
            answer = await supply(desk, lead, {"postcode": "10001"})
            seen.append((answer.status_code, answer.content, metrics.STATEMENTS.value(service="intake")))
    assert seen[0] == seen[1]
    assert seen[0][0] == 404


async def test_what_a_site_has_put_there_stays_and_is_not_told(desk: Desk) -> None:
    lead = await lacking(desk)
    keys = desk.vault_keys()
    async with desk.database.work("system:test") as work:
        await add_details(work, keys, UUID(lead), {"postcode": "THE SITE"})
    await keys.close()
    assert "/person/postcode" in (await ask(desk, f"/{lead}")).json()["missing"]
    answer = await supply(desk, lead, {"postcode": "10001"})
    assert (answer.status_code, "/person/postcode" in answer.json()["missing"]) == (200, False)
    assert (await details(desk, lead))["postcode"] == "THE SITE"


async def test_of_somebody_erased_nothing_is_kept_and_the_answer_is_the_same(desk: Desk) -> None:
    erased, other = await lacking(desk), await lacking(desk)
    async with desk.database.work("system:test") as work:
        await work.run("update vault set key_id = gen_random_uuid() where lead = $1", UUID(erased))
    answers = [(await supply(desk, lead, {"postcode": "10001"})) for lead in (erased, other)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json().keys() == answers[1].json().keys()
    assert answers[0].json()["missing"] == answers[1].json()["missing"]
    [row] = await desk.fetch("select postcode from vault where lead = $1", UUID(erased))
    assert row["postcode"] is None


async def test_nothing_supplied_lies_readable_anywhere(desk: Desk, receipt_place: Place) -> None:
    lead = await lacking(desk)
    name = "Quillfeather"
    assert (await supply(desk, lead, {"family_name": name, "postcode": "QZ9 7XY"})).status_code == 200
    assert hits(await dump(receipt_place), [name, "QZ9 7XY"]) == set()
