"""The batch door: up to 1,000 referrals, each answered as `POST /intake/v1/referrals` would have answered it."""

import json
from datetime import timedelta
from typing import Any

import httpx

from services.chassis.auth.identity import Identity
from services.intake.access.storage.keys import issue_key, keys_of, revoke_key
from tests.intake.referrals.door import PATH, Desk, a_permission, a_person, a_referral

BATCH = f"{PATH}/batch"


async def batch(desk: Desk, bodies: list[Any], who: str = "partner:openhand") -> list[dict[str, Any]]:
    answer = await sent(desk, bodies, who)
    assert answer.status_code == 200, answer.text
    return [json.loads(line) for line in answer.text.splitlines()]


async def sent(desk: Desk, bodies: list[Any], who: str = "partner:openhand") -> httpx.Response:
    client = await desk.doors.ask("intake", who)
    lines = "\n".join(json.dumps(body) for body in bodies)
    return await client.post(BATCH, content=lines, headers={"content-type": "application/x-ndjson"})


async def test_a_line_is_answered_as_the_single_door_answers(desk: Desk) -> None:
    first = a_referral()
    alone = await desk.send(first)
    bodies = [
        first,
        a_referral(route="nobody-knows"),
        a_referral(person=a_person(phone="12")),
        first | {"person": a_person(given_name="Grace")},
        a_referral(permission=None),
        a_referral(),
    ]
    lines, singly = await batch(desk, bodies), [await desk.send(body) for body in bodies[:5]]
    assert [(one["status"], one["body"]) for one in lines[:5]] == [(one.status_code, one.json()) for one in singly]
    assert lines[0]["body"] == alone.json()
    assert lines[5]["status"] == 202


async def test_a_batch_sent_again_refers_nobody_twice_and_says_no_refusal_twice(desk: Desk) -> None:
    bodies = [a_referral(), a_referral(permission=a_permission(channels=[])), a_referral()]
    first, counted = await batch(desk, bodies), await desk.counts()
    assert [one["status"] for one in first] == [202, 422, 202]
    again = await batch(desk, [*bodies[1:], bodies[0]])
    assert [one["body"] for one in again] == [first[1]["body"], first[2]["body"], first[0]["body"]]
    assert await desk.counts() == counted


async def test_a_corrected_line_is_taken_beside_those_that_were_taken_before(desk: Desk) -> None:
    good, bad = a_referral(), a_referral(person=a_person(phone="12"))
    first = await batch(desk, [good, bad])
    mended = bad | {"person": a_person()}
    second = await batch(desk, [good, mended])
    assert ([one["status"] for one in first], [one["status"] for one in second]) == ([202, 422], [202, 202])
    assert second[0]["body"] == first[0]["body"]


async def test_a_thousand_are_taken_and_one_more_is_not(desk: Desk) -> None:
    before = await desk.counts()
    bodies = [a_referral() for _ in range(1_000)]
    answers = await batch(desk, bodies)
    assert {one["status"] for one in answers} == {202}
    assert [one["line"] for one in answers] == list(range(1, 1_001))
    assert len({one["body"]["lead"] for one in answers}) == 1_000
    refused = await sent(desk, [*bodies, a_referral()])
    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")
    after = await desk.counts()
    assert after["referral"] - before["referral"] == 1_000


async def test_a_route_with_few_places_takes_those_and_says_when_to_come_again(desk: Desk) -> None:
    answers = await batch(desk, [a_referral(route="tight") for _ in range(9)])
    assert sorted(one["status"] for one in answers) == [202] * 5 + [429] * 4
    full = [one for one in answers if one["status"] == 429]
    assert all(0 < one["retry_after"] <= 7 * 24 * 3600 for one in full)


async def test_another_partners_route_is_unknown_in_a_batch_too(desk: Desk) -> None:
    [mine, theirs] = await batch(desk, [a_referral(), a_referral(route="of-brightpost")])
    assert (mine["status"], theirs["status"], theirs["body"]["code"]) == (202, 422, "route_unknown")


async def test_a_key_is_proven_before_anything_is_said_about_a_line(desk: Desk) -> None:
    owner, parts = Identity("partner", "openhand"), desk.doors.parts("intake")
    client = await desk.doors.ask("intake", None)
    async with parts.database.work("system:operator") as work:
        key = await issue_key(work, parts.keys, owner, timedelta(hours=1))
    headers = {"authorization": f"Bearer {key}", "content-type": "application/x-ndjson"}
    taken = await client.post(BATCH, content=json.dumps(a_referral()), headers=headers)
    assert [json.loads(line)["status"] for line in taken.text.splitlines()] == [202]
    async with parts.database.work("system:operator") as work:
        for live in await keys_of(work, owner):
            await revoke_key(work, live.id)
    before = await desk.counts()
    for content in (json.dumps(a_referral()), "not even JSON", ""):
        refused = await client.post(BATCH, content=content, headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert await desk.counts() == before
