"""Narrative at the partners' doors: cut out, destroyed, counted, and told to whoever sent it (R23)."""

import asyncio
import json
from typing import Any
from uuid import UUID

from contracts.referrals.facts import ReferralReceived
from services.chassis.telemetry import metrics
from services.intake.contacts.storage.vault import read_details
from tests.chassis.telemetry.canary import Canary
from tests.intake.referrals.door import Desk, a_person, a_referral, heard
from tests.intake.referrals.test_batch import batch
from tests.intake.referrals.test_canary import dump, hits
from tests.place import Place

TOLD = "has had a tremor since 2019, takes levodopa"


def talkative(**changes: Any) -> dict[str, Any]:
    """A referral whose given name goes on."""
    return a_referral(**{"person": a_person(given_name=f"Maria {TOLD}")} | changes)


async def kept(desk: Desk, lead: str) -> dict[str, str]:
    keys = desk.vault_keys()
    async with desk.database.work("system:test") as work:
        details = await read_details(work, keys, UUID(lead))
    await asyncio.wait_for(keys.close(), 5)
    assert details is not None
    return details


async def counted(desk: Desk, route: str) -> dict[str, int]:
    rows = await desk.fetch("select field, sum(times)::int as n from over_sharing where route = $1 group by 1", route)
    return {row["field"]: row["n"] for row in rows}


async def test_the_name_is_kept_the_rest_is_gone_and_the_sender_is_told_where(desk: Desk) -> None:
    answer = await desk.send(talkative())
    assert (answer.status_code, answer.json()["over_sharing"]) == (202, ["/person/given_name"]), answer.text
    lead = answer.json()["lead"]
    assert (await kept(desk, lead))["given_name"] == "Maria"
    received = [fact for fact in await desk.said(lead) if isinstance(fact, ReferralReceived)]
    assert [fact.source_quality for fact in received] == [("over_sharing",)]


async def test_a_referral_without_narrative_says_nothing_about_it(desk: Desk) -> None:
    answer = await desk.send(a_referral())
    assert "over_sharing" not in answer.json()
    rows = await desk.fetch(
        "select convert_from(body, 'utf8') as body from outbox where key = $1", answer.json()["lead"]
    )
    assert not any("source_quality" in row["body"] for row in rows)


async def test_every_text_field_is_cut(desk: Desk) -> None:
    person = a_person(given_name=f"Maria {TOLD}", family_name="Wren (diabetic)", phone="+1 212 555 0143, has diabetes")
    basis = {"kind": "self_referred", "reference": "form 77 - takes insulin for diabetes"}
    body = a_referral(person=person | {"postcode": "insulin 5mg"}, disclosure_basis=basis)
    answer = await desk.send(body)
    assert answer.status_code == 202, answer.text
    assert answer.json()["over_sharing"] == [
        "/person/given_name", "/person/family_name", "/person/phone", "/person/postcode", "/disclosure_basis/reference",
    ]  # fmt: skip
    details = await kept(desk, answer.json()["lead"])
    assert (details["given_name"], details["family_name"], details["phone"]) == ("Maria", "Wren", "+12125550143")
    assert (details.get("postcode"), details["basis_reference"]) == (None, "form 77")


async def test_a_field_that_is_empty_afterwards_and_needed_is_a_fault(desk: Desk) -> None:
    before = await desk.counts()
    bodies = {
        "/external_id": a_referral(external_id="maria-has-parkinsons-since-2019"),
        "/permission/wording": a_referral()
        | {"permission": a_referral()["permission"] | {"wording": "has-diabetes-takes-insulin@2"}},
        "/person": a_referral(person=a_person(given_name=TOLD, family_name=None)),
    }
    for pointer, body in bodies.items():
        answer = await desk.send(body)
        assert (answer.status_code, answer.json()["code"]) == (422, "field_invalid")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert await desk.counts() == before


async def test_it_is_counted_by_partner_route_field_and_day(desk: Desk) -> None:
    before = await counted(desk, "live")
    await desk.send(talkative())
    await desk.send(talkative(person=a_person(given_name=f"Maria {TOLD}", family_name="Wren, diabetic")))
    after = await counted(desk, "live")
    assert {field: more for field, n in after.items() if (more := n - before.get(field, 0))} == {
        "given_name": 2, "family_name": 1,
    }  # fmt: skip
    rows = await desk.fetch(
        "select distinct partner, study, site, day = (now() at time zone 'UTC')::date as today "
        "from over_sharing where route = 'live'"
    )
    assert rows == [{"partner": "openhand", "study": "alder", "site": "eastmere", "today": True}]


async def test_the_same_request_again_is_counted_once_and_answered_alike(desk: Desk) -> None:
    body = talkative()
    first, before = await desk.send(body, key="talks"), await counted(desk, "live")
    again, elsewhere = await desk.send(body, key="talks"), await desk.send(body)
    assert first.content == again.content == elsewhere.content
    assert await counted(desk, "live") == before


async def test_content_is_compared_as_it_was_sent(desk: Desk) -> None:
    body = talkative()
    await desk.send(body)
    mended = await desk.send(body | {"person": body["person"] | {"given_name": "Maria"}})
    assert (mended.status_code, mended.json()["code"]) == (409, "external_id_reused")


async def test_whether_somebody_else_sent_the_person_changes_nothing(desk: Desk) -> None:
    body = talkative()
    theirs = await desk.send(body | {"route": "of-brightpost"}, who="partner:brightpost")
    mine = await desk.send(body)
    assert {**mine.json(), "lead": 0, "received_at": 0} == {**theirs.json(), "lead": 0, "received_at": 0}


async def test_a_refused_referral_is_counted_once_too_and_keeps_nothing(desk: Desk) -> None:
    body, before = talkative(route="paused"), (await counted(desk, "paused")).get("given_name", 0)
    answers = [await desk.send(body, key="talks-refused") for _ in range(2)]
    assert [(one.status_code, one.json()["code"]) for one in answers] == [(422, "route_not_live")] * 2
    assert [one.json()["over_sharing"] for one in answers] == [["/person/given_name"]] * 2
    assert (await counted(desk, "paused"))["given_name"] == before + 1


async def test_a_test_is_told_and_not_counted(desk: Desk) -> None:
    answer = await desk.send(talkative(route="testing"))
    assert answer.json()["over_sharing"] == ["/person/given_name"]
    assert await counted(desk, "testing") == {}


async def test_a_batch_is_cut_line_by_line(desk: Desk) -> None:
    before = (await counted(desk, "live")).get("given_name", 0)
    lines = await batch(desk, [talkative(), a_referral(), talkative()])
    assert [line["body"].get("over_sharing") for line in lines] == [
        ["/person/given_name"],
        None,
        ["/person/given_name"],
    ]
    assert (await counted(desk, "live"))["given_name"] == before + 2


async def test_it_costs_one_statement_and_only_when_there_is_something(desk: Desk) -> None:
    await desk.send(a_referral())
    spent = []
    for body in (a_referral(), talkative()):
        with metrics.fresh():
            metrics.allow("service", "intake")
            await desk.send(body)
            spent.append(metrics.STATEMENTS.value(service="intake"))
    assert spent[1] - spent[0] == 1


async def test_a_partner_sees_its_own_counts_only(desk: Desk) -> None:
    await desk.send(talkative())
    seen = {}
    for scope in ("partner/openhand", "partner/brightpost", "site/eastmere", ""):
        async with desk.database.work("system:test", scope=scope) as work:
            rows = await work.fetch("select distinct partner from over_sharing where partner = 'openhand'")
            seen[scope] = len(rows)
    assert seen == {"partner/openhand": 1, "partner/brightpost": 0, "site/eastmere": 1, "": 0}


async def test_nothing_of_what_was_cut_is_anywhere(desk: Desk, referral_place: Place) -> None:
    canary = Canary.hatch()
    told = f"takes {canary.word} 100 mg, diabetes"
    person = a_person(given_name=f"Maria {told}")
    basis = {"kind": "self_referred", "reference": f"form 7 - {told}".replace(",", "")[:64]}
    body = a_referral(person=person, disclosure_basis=basis)
    with heard() as said:
        answers = [
            await desk.send(body),
            await desk.send(body | {"route": "paused"}),
            await desk.send(a_referral(external_id=f"{canary.word}-has-diabetes-since-2019", person=person)),
        ]
        lines = await batch(desk, [a_referral(person=person)])
        logged = said.getvalue()
    assert [one.status_code for one in answers] == [202, 409, 422]
    seen = f"{[one.text for one in answers]} {[dict(one.headers) for one in answers]} {json.dumps(lines)}"
    assert canary.is_in(f"{seen} {logged} {metrics.render().decode()}") == []
    found = await dump(referral_place)
    assert len(found["over_sharing"]) > 0
    assert hits(found, [canary.word, "levodopa", told]) == set()
    assert hits({"planted": told.encode()}, [canary.word]) == {"planted"}
    details = await kept(desk, answers[0].json()["lead"])
    assert (details["given_name"], details["basis_reference"]) == ("Maria", "form 7")
