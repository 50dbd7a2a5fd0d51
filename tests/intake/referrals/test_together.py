"""Referrals that one partner sends at once are committed at once, and each is answered as if it had come alone."""

import asyncio
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import httpx

from contracts.referrals.facts import ReferralReceived
from services.chassis.telemetry import metrics
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.vault import read_details
from tests.intake.referrals.door import Desk, a_person, a_referral

MANY: Final = 20


async def sent(desk: Desk, bodies: Sequence[Any], who: str = "partner:openhand") -> list[httpx.Response]:
    """All at once on one client, so that they lie in one process's hands together."""
    client = await desk.doors.ask("intake", who)
    return await asyncio.gather(*(desk.send(body, client=client) for body in bodies))


async def test_twenty_at_once_cost_the_statements_of_one(desk: Desk) -> None:
    await desk.send(a_referral())
    bodies = [a_referral() for _ in range(MANY)]
    with metrics.fresh():
        metrics.allow("service", "intake")
        answers = await sent(desk, bodies)
        assert metrics.STATEMENTS.value(service="intake") == 8
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["lead"] for answer in answers}) == MANY


async def test_each_has_its_own_details_permissions_and_facts(desk: Desk) -> None:
    keys = desk.vault_keys()
    phone, both = {"channels": ["phone"]}, {"channels": ["phone", "email", "post"]}
    permission = a_referral()["permission"]
    bodies = [a_referral(permission=permission | (phone if n % 2 else both)) for n in range(6)]
    for body, answer in zip(bodies, await sent(desk, bodies), strict=True):
        lead = UUID(answer.json()["lead"])
        await _is_kept(desk, keys, lead, body)
        received = [fact for fact in await desk.said(str(lead)) if isinstance(fact, ReferralReceived)]
        assert [sorted(fact.permitted) for fact in received] == [sorted(body["permission"]["channels"])]
    await keys.close()


async def _is_kept(desk: Desk, keys: VaultKeys, lead: UUID, body: Any) -> None:
    async with desk.database.work("system:test") as work:
        details = await read_details(work, keys, lead)
    assert details is not None
    assert (details["external_id"], details["email"]) == (body["external_id"], body["person"]["email"])
    rows = await desk.fetch("select channel from permission where lead = $1", lead)
    assert sorted(row["channel"] for row in rows) == sorted(body["permission"]["channels"])


async def test_each_gets_its_own_verdict(desk: Desk) -> None:
    before = await desk.counts()
    first = a_referral()
    await sent(desk, [first])
    bodies = [
        a_referral(),
        a_referral(route="nobody-knows"),
        a_referral(person=a_person(phone="12")),
        first,
        first | {"person": a_person(given_name="Grace")},
        a_referral(permission=None),
        a_referral(),
    ]
    answers = await sent(desk, bodies)
    assert [(answer.status_code, answer.json().get("code")) for answer in answers] == [
        (202, None), (422, "route_unknown"), (422, "field_invalid"), (202, None), (409, "external_id_reused"),
        (422, "permission_missing"), (202, None),
    ]  # fmt: skip
    after = await desk.counts()
    grown = {name: after[name] - before[name] for name in ("referral", "vault", "outbox", "idempotency")}
    assert grown == {"referral": 3, "vault": 3, "outbox": 3 * 2 + 2, "idempotency": 6}


async def test_together_no_more_are_taken_than_the_week_has_places(desk: Desk) -> None:
    answers = await sent(desk, [a_referral(route="scarce") for _ in range(9)])
    assert sorted(answer.status_code for answer in answers) == [202] * 5 + [429] * 4
    assert await desk.fetch("select taken from route_week where route = 'scarce'") == [{"taken": 5}]
    rows = await desk.fetch("select count(*) as n from referral where route = 'scarce'")
    assert rows == [{"n": 5}]


async def test_two_with_one_external_id_among_others_are_one_lead(desk: Desk) -> None:
    twin = a_referral()
    answers = await sent(desk, [a_referral(), twin, twin, a_referral()])
    assert {answer.status_code for answer in answers} == {202}
    assert answers[1].content == answers[2].content
    assert len({answer.content for answer in answers}) == 3


async def test_several_routes_and_tests_keep_their_own_marks(desk: Desk) -> None:
    bodies = [a_referral(route=route) for route in ("live", "testing", "live")]
    leads = [answer.json()["lead"] for answer in await sent(desk, bodies)]
    rows = await desk.fetch(
        "select key, bool_and(headers ->> 'is_test' = 'true') as test from outbox where key = any($1) group by key",
        leads,
    )
    assert {row["key"]: row["test"] for row in rows} == dict(zip(leads, (False, True, False), strict=True))


async def test_every_fact_carries_the_trace_of_its_own_request(desk: Desk) -> None:
    traces = [f"00-{n:032x}-{n:016x}-00" for n in range(1, 5)]
    client = await desk.doors.ask("intake", "partner:openhand")
    asked = [desk.send(a_referral(), client=client, headers={"traceparent": trace}) for trace in traces]
    leads = [answer.json()["lead"] for answer in await asyncio.gather(*asked)]
    rows = await desk.fetch(
        "select distinct key, headers ->> 'traceparent' as trace from outbox where key = any($1)", leads
    )
    found = {row["key"]: row["trace"].split("-")[1] for row in rows}
    assert [found[lead] for lead in leads] == [trace.split("-")[1] for trace in traces]
