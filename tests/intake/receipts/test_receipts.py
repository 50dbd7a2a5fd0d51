"""A partner's own referrals: by lead, by external id, by cursor; and nothing of anybody else's (S2, S8)."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from contracts.referrals.facts import ReferralReceived, ReferralWithdrawn
from services.chassis.telemetry import metrics
from services.intake.receipts.rules.receipt import HAND_OVER_AFTER, WITHDRAW_WITHIN
from tests.intake.referrals.door import PATH, Desk, a_person, a_referral


async def ask(desk: Desk, path: str, who: str = "partner:openhand", **query: Any) -> httpx.Response:
    return await (await desk.doors.ask("intake", who)).get(f"{PATH}{path}", params=query)


async def take_back(desk: Desk, lead: str, who: str = "partner:openhand") -> httpx.Response:
    return await (await desk.doors.ask("intake", who)).post(f"{PATH}/{lead}/withdraw")


async def earlier(desk: Desk, lead: str, by: timedelta) -> None:
    """As if it had come earlier."""
    async with desk.database.work("system:test") as work:
        await work.run("update referral set received_at = received_at - $2::interval where lead = $1", UUID(lead), by)


async def walk(desk: Desk, *, limit: int, who: str = "partner:openhand", after: str | None = None) -> list[Any]:
    """Every receipt, page by page; the last cursor at the end."""
    found: list[Any] = []
    while True:
        query = {"limit": limit} | ({"cursor": after} if after else {})
        page = (await ask(desk, "", who, **query)).json()
        found += page["referrals"]
        after = page["next"]
        if not page["more"]:
            return [*found, after]


async def test_it_is_accepted_then_handed_over_at_a_fixed_time(desk: Desk) -> None:
    sent = (await desk.send(a_referral(external_id="FIX-1"))).json()
    first = (await ask(desk, f"/{sent['lead']}")).json()
    assert (first["state"], first["lead"], first["received_at"]) == ("accepted", sent["lead"], sent["received_at"])
    assert (first["route"], first["study"], first["material"]) == ("live", "alder", "alder-words@5")
    received = datetime.fromisoformat(first["received_at"])
    assert datetime.fromisoformat(first["handed_over_at"]) - received == HAND_OVER_AFTER
    await earlier(desk, sent["lead"], HAND_OVER_AFTER)
    later = (await ask(desk, f"/{sent['lead']}")).json()
    assert later["state"] == "handed_over"
    assert (await ask(desk, "", external_id="FIX-1")).json()["referrals"] == [later]


async def test_a_duplicate_has_the_receipt_of_anybody_else(desk: Desk) -> None:
    person = a_person()
    new, known = [(await desk.send(a_referral(person=person))).json()["lead"] for _ in range(2)]
    for by in (timedelta(), HAND_OVER_AFTER, WITHDRAW_WITHIN):
        shown = []
        for lead in (new, known):
            await earlier(desk, lead, by)
            shown.append((await ask(desk, f"/{lead}")).json())
        assert [one["state"] for one in shown] in (["accepted"] * 2, ["handed_over"] * 2)
        assert shown[0].keys() == shown[1].keys()
    answers = [await take_back(desk, lead) for lead in (new, known)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].content == answers[1].content


async def test_not_yours_and_not_there_are_one_answer_by_the_same_statements(desk: Desk) -> None:
    body = a_referral(external_id="THEIRS-1", route="of-brightpost")
    theirs = (await desk.send(body, who="partner:brightpost")).json()["lead"]
    for method, path in (("GET", ""), ("POST", "/withdraw")):
        seen: list[tuple[int, bytes, Any, float]] = []
        client = await desk.doors.ask("intake", "partner:openhand")
        await client.request(method, f"{PATH}/{uuid4()}{path}")  # now it is known what its agreements ask for
        for lead in (theirs, str(uuid4())):
            with metrics.fresh():
                metrics.allow("service", "intake")
                answer = await client.request(method, f"{PATH}/{lead}{path}")
                count = metrics.STATEMENTS.value(service="intake")
            seen.append((answer.status_code, answer.content, sorted(answer.headers.items()), count))
        assert seen[0] == seen[1]
        assert seen[0][0] == 404
    counted = []
    await ask(desk, "", external_id="WARM-1")
    for external_id in ("THEIRS-1", "NOBODYS-1"):
        with metrics.fresh():
            metrics.allow("service", "intake")
            answer = await ask(desk, "", external_id=external_id)
            counted.append((answer.status_code, answer.content, metrics.STATEMENTS.value(service="intake")))
    assert counted[0] == counted[1]
    assert (await ask(desk, "", "partner:brightpost", external_id="THEIRS-1")).json()["referrals"][0]["lead"] == theirs


async def test_pages_show_each_one_once_in_their_order(desk: Desk) -> None:
    *_, start = await walk(desk, limit=200)
    sent = [(await desk.send(a_referral())).json()["lead"] for _ in range(7)]
    *found, end = await walk(desk, limit=3, after=start)
    assert [one["lead"] for one in found] == sent
    assert await walk(desk, limit=3, after=end) == [end]


async def test_a_refusal_is_listed_without_a_person(desk: Desk) -> None:
    *_, start = await walk(desk, limit=200)
    body = a_referral(route="paused", external_id="REFUSED-1")
    for _ in range(2):
        assert (await desk.send(body, key="one-refusal")).status_code == 422
    *found, _ = await walk(desk, limit=5, after=start)
    [one] = found
    assert (one["state"], one["code"], one["route"]) == ("refused", "route_not_live", "paused")
    assert set(one) == {"state", "code", "route", "referral", "received_at"}
    assert (await ask(desk, "", external_id="REFUSED-1")).json()["referrals"] == []
    assert (await ask(desk, f"/{one['referral']}")).status_code == 404


async def test_a_list_waits_for_who_is_still_writing(desk: Desk) -> None:
    """An earlier time that commits later is neither missed nor skipped."""
    *_, start = await walk(desk, limit=200)
    async with desk.database.work("partner:openhand", scope="*") as slow:
        at = await slow.take_time()
        after = (await desk.send(a_referral())).json()["lead"]
        *none, still = await walk(desk, limit=5, after=start)
        assert none == []
        await slow.run(_COPY, UUID(after), at, b"slow" * 8)
    *found, _ = await walk(desk, limit=5, after=still)
    assert [one["lead"] for one in found][1] == after
    assert len(found) == 2


_COPY = """
insert into referral (lead, shard, partner, study, site, route, channel, is_test, received_at, material,
  material_version, material_superseded, basis, external_key, content_key, pepper)
select uuidv7(), shard, partner, study, site, route, channel, is_test, $2, material, material_version,
  material_superseded, basis, $3, content_key, pepper from referral where lead = $1
"""


async def test_nothing_is_missed_while_many_write(desk: Desk) -> None:
    *_, start = await walk(desk, limit=200)
    seen: list[str] = []
    sent: list[str] = []
    done = asyncio.Event()

    async def send() -> None:
        for _ in range(6):
            answer = await desk.send(a_referral())
            sent.append(answer.json()["lead"])

    async def read(cursor: str) -> None:
        while True:
            last = done.is_set()
            *found, cursor = await walk(desk, limit=4, after=cursor)
            seen.extend(one["lead"] for one in found)
            if last:
                return

    async def write() -> None:
        await asyncio.gather(*(send() for _ in range(8)))
        done.set()

    await asyncio.gather(write(), read(start))
    assert len(seen) == len(set(seen))
    assert set(seen) == set(sent)


async def test_taken_back_once_and_said_once(desk: Desk) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    answers = await asyncio.gather(*(take_back(desk, lead) for _ in range(6)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["state"] == "withdrawn_by_partner"
    assert (await ask(desk, f"/{lead}")).json() == answers[0].json()
    said = [fact for fact in await desk.said(lead) if not isinstance(fact, ReferralReceived)]
    assert [fact for fact in said if isinstance(fact, ReferralWithdrawn)] == [
        ReferralWithdrawn(lead=lead, study="alder", site="eastmere", partner="openhand")
    ]
    await earlier(desk, lead, WITHDRAW_WITHIN)
    assert (await take_back(desk, lead)).json()["state"] == "withdrawn_by_partner"


async def test_a_test_referral_is_taken_back_as_test_traffic(desk: Desk) -> None:
    lead = (await desk.send(a_referral(route="testing"))).json()["lead"]
    assert (await take_back(desk, lead)).json()["test"] is True
    rows = await desk.fetch(
        "select headers ->> 'is_test' as test from outbox where key = $1 and type = $2",
        lead,
        ReferralWithdrawn.type_name,
    )
    assert rows == [{"test": "true"}]


async def test_after_three_days_it_is_too_late(desk: Desk) -> None:
    lead = (await desk.send(a_referral())).json()["lead"]
    await earlier(desk, lead, WITHDRAW_WITHIN)
    before = await desk.counts()
    answer = await take_back(desk, lead)
    assert (answer.status_code, answer.json()["code"]) == (409, "too_late")
    assert await desk.counts() == before


BAD: Sequence[tuple[str, dict[str, Any], str]] = [
    ("a cursor of nobody", {"cursor": "abc"}, "/query/cursor"),
    ("a cursor that is no base64", {"cursor": "****"}, "/query/cursor"),
    ("a cursor of the year 300000", {"cursor": "AX" + "_" * 9 + "A" * 23}, "/query/cursor"),
    ("a limit of none", {"limit": "0"}, "/query/limit"),
    ("a limit of too many", {"limit": "201"}, "/query/limit"),
    ("a limit in words", {"limit": "ten"}, "/query/limit"),
    ("an external id like a phone number", {"external_id": "212-555-0143"}, "/query/external_id"),
    ("an external id with an @", {"external_id": "ada@mail.example"}, "/query/external_id"),
    ("an empty external id", {"external_id": ""}, "/query/external_id"),
    ("an external id and a cursor", {"external_id": "OH-1", "limit": "3"}, "/query"),
    ("something else", {"site": "eastmere"}, "/query"),
]


@pytest.mark.parametrize(("query", "pointer"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
async def test_a_bad_query_is_named_and_not_repeated(desk: Desk, query: dict[str, str], pointer: str) -> None:
    answer = await ask(desk, "", **query)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert not [value for value in query.values() if len(value) > 4 and value in answer.text]


@pytest.mark.parametrize("who", ["staff:ines", "sponsor:northfield", "operator:local", None])
async def test_nobody_but_partners_is_served(desk: Desk, who: str | None) -> None:
    client = await desk.doors.ask("intake", who)
    lead = uuid4()
    for method, path in (("GET", ""), ("GET", f"/{lead}"), ("POST", f"/{lead}/withdraw")):
        assert (await client.request(method, f"{PATH}{path}")).status_code == (403 if who else 401)
    assert (await client.get("/intake/v1/routes")).status_code == (403 if who else 401)
