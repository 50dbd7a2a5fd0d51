"""An accepted referral: one answer, one lead, its details sealed, its facts said (P1, P2, S8)."""

import asyncio
from pathlib import Path
from uuid import UUID

from contracts.referrals.facts import ReferralReceived
from contracts.tokens.facts import MatchTokens
from services.chassis.telemetry import metrics
from services.intake.contacts.storage.keys import FILE
from tests.intake.referrals.door import Desk, a_desk, a_permission, a_person, a_referral
from tests.place import Place


async def test_it_is_answered_with_its_lead_and_said_with_its_tokens(desk: Desk) -> None:
    answer = await desk.send(a_referral())
    assert answer.status_code == 202, answer.text
    body = answer.json()
    assert set(body) == {"lead", "status", "received_at"}
    assert body["status"] == "accepted"
    assert UUID(body["lead"]).version == 7
    received, tokens = sorted(await desk.said(body["lead"]), key=lambda fact: fact.type_name, reverse=True)
    assert isinstance(received, ReferralReceived)
    assert isinstance(tokens, MatchTokens)
    assert (received.partner, received.study, received.site, received.route) == (
        "openhand",
        "alder",
        "eastmere",
        "live",
    )
    assert received.material_superseded is False
    assert [token.kind for token in tokens.tokens] == ["email", "name_place", "name_place", "names", "names", "phone"]


async def test_the_outbox_holds_the_tokens_until_they_are_sent(desk: Desk) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    rows = await desk.fetch("select stream, version, sent_at, body is null as blank from outbox where key = $1", lead)
    assert sorted((row["stream"], row["version"], row["sent_at"], row["blank"]) for row in rows) == [
        ("referrals", 1, None, False),
        ("tokens", 1, None, False),
    ]


async def test_a_test_route_marks_everything_as_test(desk: Desk) -> None:
    lead = (await desk.send(a_referral(route="testing"))).json()["lead"]
    rows = await desk.fetch("select headers ->> 'is_test' as test from outbox where key = $1", lead)
    assert [row["test"] for row in rows] == ["true", "true"]
    assert await desk.fetch("select is_test from referral where lead = $1", UUID(lead)) == [{"is_test": True}]


async def test_a_superseded_material_is_taken_for_some_days_and_flagged(desk: Desk) -> None:
    answer = await desk.send(a_referral(material="alder-words@4"))
    assert (answer.status_code, answer.json()["superseded_material"]) == (202, True)
    received = [fact for fact in await desk.said(answer.json()["lead"]) if isinstance(fact, ReferralReceived)]
    assert [(fact.material_version, fact.material_superseded) for fact in received] == [(4, True)]


async def test_fifty_at_once_are_one_lead_and_one_answer(desk: Desk) -> None:
    before, body = await desk.counts(), a_referral()
    answers = await asyncio.gather(*(desk.send(body, key="same") for _ in range(50)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    after = await desk.counts()
    assert {name: after[name] - n for name, n in before.items() if after[name] != n} == {
        "head": 2, "idempotency": 1, "outbox": 2, "permission": 2, "referral": 1, "vault": 1,
    }  # fmt: skip


async def test_one_external_id_sent_at_once_under_many_keys_is_one_lead(desk: Desk) -> None:
    before, body = await desk.counts(), a_referral()
    answers = await asyncio.gather(*(desk.send(body) for _ in range(12)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.content for answer in answers}) == 1
    after = await desk.counts()
    assert (after["referral"] - before["referral"], after["vault"] - before["vault"]) == (1, 1)
    assert after["outbox"] - before["outbox"] == 2


async def test_the_same_external_id_with_other_content_is_a_conflict(desk: Desk) -> None:
    body = a_referral()
    first = await desk.send(body)
    other = await desk.send(body | {"person": a_person(given_name="Grace")})
    assert (other.status_code, other.json()["code"]) == (409, "external_id_reused")
    again = await desk.send(body)
    assert (again.status_code, again.content) == (202, first.content)


async def test_two_partners_may_use_the_same_external_id(desk: Desk) -> None:
    body = a_referral()
    mine = await desk.send(body)
    theirs = await desk.send(body | {"route": "of-brightpost"}, who="partner:brightpost")
    assert (mine.status_code, theirs.status_code) == (202, 202)
    assert mine.json()["lead"] != theirs.json()["lead"]
    assert theirs.json().keys() == mine.json().keys()


async def test_a_route_takes_no_more_than_its_weekly_maximum(desk: Desk) -> None:
    answers = [await desk.send(a_referral(route="few")) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [202, 202, 429]
    assert answers[2].json()["code"] == "route_full"
    assert 0 < int(answers[2].headers["retry-after"]) <= 7 * 24 * 3600
    assert await desk.fetch("select taken from route_week where route = 'few'") == [{"taken": 2}]


async def test_every_permitted_channel_is_on_record(desk: Desk) -> None:
    channels = ["phone", "email", "post", "may_leave_message"]
    lead = (await desk.send(a_referral(permission=a_permission(channels=channels)))).json()["lead"]
    rows = await desk.fetch(
        "select channel, granted, wording, given_at from permission where lead = $1 order by channel", UUID(lead)
    )
    assert [row["channel"] for row in rows] == sorted(channels)
    assert {(row["granted"], row["wording"], row["given_at"].isoformat()) for row in rows} == {
        (True, "eastmere-contact@2", "2026-03-01T09:00:00+00:00")
    }


async def test_a_post_costs_a_fixed_number_of_statements(desk: Desk) -> None:
    await desk.send(a_referral())
    with metrics.fresh():
        metrics.allow("service", "intake")
        body = a_referral()
        await desk.send(body, key="counted")
        first = metrics.STATEMENTS.value(service="intake")
        await desk.send(body, key="counted")
        again = metrics.STATEMENTS.value(service="intake") - first
    # open, look, earlier and the time, offers, accept, details, keep, heads and outbox; a repeat: open, look
    assert (first, again) == (8, 2)


async def test_without_a_data_key_nothing_is_accepted(referral_place: Place, desk: Desk, tmp_path: Path) -> None:
    before, body = await desk.counts(), a_referral()
    async with a_desk(referral_place, tmp_path / "keys") as keyless:
        (tmp_path / "keys" / FILE).mkdir()
        answer = await keyless.send(body)
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "2")
    assert await desk.counts() == before
