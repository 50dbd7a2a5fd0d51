"""The same key again: one effect, one answer (P2; delivery.md, "Reading", last points)."""

import asyncio
import json
from typing import Any

import httpx

from services.chassis.database import Database
from services.chassis.telemetry import metrics
from tests.chassis.http.conftest import Asking
from tests.chassis.http.harbour import a_boat

BOATS = "/harbour/v1/boats"


async def announce(client: httpx.AsyncClient, key: str, **changes: Any) -> httpx.Response:
    return await client.post(BOATS, json=a_boat(**changes), headers={"idempotency-key": key})


async def count(harbour: Database, table: str) -> int:
    async with harbour.work("system:test") as work:
        return int(await work.value(f"select count(*) from {table}"))


def said(response: httpx.Response) -> tuple[int, bytes, str | None, str | None]:
    return response.status_code, response.content, response.headers.get("location"), response.headers["content-type"]


async def test_fifty_at_once_are_one_effect_and_one_answer(asking: Asking, harbour: Database) -> None:
    client = asking("partner:openhand")
    answers = await asyncio.gather(*(announce(client, "k") for _ in range(50)))
    assert {said(answer) for answer in answers} == {said(answers[0])}
    assert answers[0].status_code == 202
    assert (await count(harbour, "boat"), await count(harbour, "audit where act = 'boat_announced'") > 0) == (1, True)


async def test_the_answer_is_the_same_later_and_however_the_body_is_written(asking: Asking, harbour: Database) -> None:
    client = asking("partner:openhand")
    first = await announce(client, "k")
    boat = dict(reversed(a_boat().items()))
    headers = {"idempotency-key": "k", "content-type": "application/json; charset=utf-8"}
    again = await client.post(BOATS, content=json.dumps(boat, indent=3), headers=headers)
    assert said(again) == said(first)
    assert await count(harbour, "boat") == 1


async def test_another_body_after_an_acceptance_is_refused_and_changes_nothing(
    asking: Asking, harbour: Database
) -> None:
    client = asking("partner:openhand")
    first = await announce(client, "k")
    other = await announce(client, "k", name="Other")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert said(await announce(client, "k")) == said(first)
    assert await count(harbour, "boat") == 1


async def test_a_key_is_its_clients_own(asking: Asking, harbour: Database) -> None:
    answers = [await announce(asking(f"partner:{who}"), "k") for who in ("openhand", "kindred")]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert answers[0].content != answers[1].content
    assert await count(harbour, "boat") == 2


async def test_a_refusal_is_judged_anew_and_the_same_code_says_nothing_twice(asking: Asking, harbour: Database) -> None:
    client = asking("partner:openhand")
    answers = [await announce(client, "k", name="leaky") for _ in range(3)]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(422, "leaky")] * 3
    assert {answer.headers["content-type"] for answer in answers} == {"application/problem+json"}
    assert (await count(harbour, "turned_away"), await count(harbour, "boat")) == (1, 0)


async def test_after_a_refusal_another_body_is_judged_too_and_accepted_for_good(
    asking: Asking, harbour: Database
) -> None:
    client = asking("partner:openhand")
    await announce(client, "k", name="leaky")
    accepted = await announce(client, "k", name="Tight")
    late = await announce(client, "k", name="leaky")
    assert (accepted.status_code, late.status_code, late.json()["code"]) == (202, 422, "idempotency_key_reused")
    assert said(await announce(client, "k", name="Tight")) == said(accepted)
    assert (await count(harbour, "turned_away"), await count(harbour, "boat")) == (1, 1)


async def test_a_failed_request_leaves_its_key_free(asking: Asking, harbour: Database) -> None:
    client = asking("partner:openhand")
    failed = [await announce(client, "k", name="boom"), await announce(client, "k", length_m=0)]
    assert [answer.status_code for answer in failed] == [500, 422]
    assert await count(harbour, "idempotency") == 0
    assert (await announce(client, "k")).status_code == 202
    assert await count(harbour, "boat") == 1


async def test_while_the_first_runs_the_second_waits_four_seconds_and_is_told_to_come_back(
    asking: Asking, harbour: Database
) -> None:
    client = asking("partner:openhand")
    first = asyncio.create_task(announce(client, "k", name="slow"))
    await asyncio.sleep(0.2)
    second = await announce(client, "k", name="slow")
    assert (second.status_code, second.json()["code"]) == (409, "still_running")
    assert int(second.headers["retry-after"]) > 0
    assert (await first).status_code == 202
    assert said(await announce(client, "k", name="slow")) == said(await first)
    assert await count(harbour, "boat") == 1


async def test_neither_key_nor_body_is_kept_readable(asking: Asking, harbour: Database) -> None:
    await announce(asking("partner:openhand"), "key-of-Wrzesniewska", skipper={"given_name": "Wrzesniewska"})
    async with harbour.work("system:test") as work:
        row = await work.one("select * from idempotency")
        assert row is not None
        lengths = (len(row["key"]), len(row["fingerprint"]))
        text = await work.value("select idempotency::text from idempotency")
    assert lengths == (32, 32)
    assert "Wrzesniewska" not in text
    assert b"Wrzesniewska".hex() not in text


async def test_an_accepting_request_costs_a_fixed_number_of_statements(asking: Asking, harbour: Database) -> None:
    client = asking("partner:openhand")
    with metrics.fresh():
        metrics.allow("service", "harbour")
        await announce(client, "k")
        first = metrics.STATEMENTS.value(service="harbour")
        await announce(client, "k")
        again = metrics.STATEMENTS.value(service="harbour") - first
    # open, claim, boat, audit, keep; and for a repeat: open, claim, look
    assert (first, again) == (5, 3)
