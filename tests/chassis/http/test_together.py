"""Several requests of one identity in one transaction: each with its own key, effect and answer (P2, P16)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import httpx
import pytest

from services.chassis.auth.keys import hash_key, mint_key
from services.chassis.crypto.secrets import KeyRing
from services.chassis.database import Database
from services.chassis.http.idempotency import Fresh, Known, Once, look
from services.chassis.http.problems import Apart, Problem
from services.chassis.http.routes import Answer, Call, Route, alone
from services.chassis.service import Service
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from tests.chassis.http import harbour as rooms
from tests.chassis.http.conftest import Asking, Opening

FLEET = "/harbour/v1/fleet"
ROUNDS: list[int] = []
"""how many calls each round had, those of one call too"""


async def together(calls: Sequence[Call[Any]]) -> list[Answer | Problem]:
    """As the harbour announces boats, several at once; `sunk` is a problem, `lonely` wants to be alone."""
    ROUNDS.append(len(calls))
    names = [call.body.name for call in calls]
    if "lonely" in names and len(calls) > 1:
        raise Apart
    return [Problem(422, "sunk") if call.body.name == "sunk" else await rooms.announce(call) for call in calls]


ROUTE = Route(
    "POST", FLEET, alone(together), rooms.PARTNER, "the partner's own boats", "Announce boats", takes=rooms.Boat,
    answers=rooms.Announced, idempotent=True, run_together=together,
)  # fmt: skip


@pytest.fixture
def fleet(opening: Opening) -> Asking:
    ROUNDS.clear()
    return opening(rooms.a_service(routes=(*rooms.ROUTES, ROUTE)))


async def announce(client: httpx.AsyncClient, key: str, **changes: Any) -> httpx.Response:
    return await client.post(FLEET, json=rooms.a_boat(**changes), headers={"idempotency-key": key})


async def boats(harbour: Database) -> list[str]:
    async with harbour.work("system:test") as work:
        return [row["name"] for row in await work.fetch("select name from boat order by name")]


async def kept(harbour: Database) -> int:
    async with harbour.work("system:test") as work:
        return int(await work.value("select count(*) from idempotency"))


async def test_what_comes_at_once_is_one_transaction_with_an_answer_each(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    await announce(client, "warm", name="warm")
    with metrics.fresh():
        metrics.allow("service", "harbour")
        answers = await asyncio.gather(*(announce(client, f"k{n}", name=f"b{n}") for n in range(8)))
        # open, look, keep; and for each boat itself and its audit
        assert metrics.STATEMENTS.value(service="harbour") == 3 + 8 * 2
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["boat"] for answer in answers}) == 8
    assert await boats(harbour) == [*(f"b{n}" for n in range(8)), "warm"]
    assert ROUNDS == [1, 8]
    again = await asyncio.gather(*(announce(client, f"k{n}", name=f"b{n}") for n in range(8)))
    assert [answer.content for answer in again] == [answer.content for answer in answers]
    assert ROUNDS == [1, 8]


async def test_two_identities_are_never_in_one_transaction(fleet: Asking, harbour: Database) -> None:
    clients = [fleet(f"partner:{who}") for who in ("openhand", "kindred")]
    answers = await asyncio.gather(*(announce(client, f"k{n}") for n in range(3) for client in clients))
    assert {answer.status_code for answer in answers} == {202}
    assert ROUNDS == [3, 3]
    async with harbour.work("system:test") as work:
        rows = await work.fetch("select partner, count(*) as n from boat group by partner")
    assert {row["partner"]: row["n"] for row in rows} == {"openhand": 3, "kindred": 3}


async def test_one_that_cannot_be_done_leaves_nothing_and_the_others_are_done(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    names = ("a", "sunk", "leaky", "b")
    answers = await asyncio.gather(*(announce(client, name, name=name) for name in names))
    assert [answer.status_code for answer in answers] == [202, 422, 422, 202]
    assert [answer.json().get("code") for answer in answers] == [None, "sunk", "leaky", None]
    assert (await boats(harbour), await kept(harbour), ROUNDS) == (["a", "b"], 3, [4])
    assert (await announce(client, "sunk", name="c")).status_code == 202  # a problem leaves its key free
    async with harbour.work("system:test") as work:
        assert await work.value("select count(*) from turned_away") == 1


async def test_one_that_errs_for_all_is_the_only_one_to_fail(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    answers = await asyncio.gather(*(announce(client, name, name=name) for name in ("a", "boom", "b")))
    assert [answer.status_code for answer in answers] == [202, 500, 202]
    assert (await boats(harbour), await kept(harbour)) == (["a", "b"], 2)
    assert ROUNDS == [3, 1, 1, 1]


async def test_one_that_wants_to_be_alone_is_alone(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    answers = await asyncio.gather(*(announce(client, name, name=name) for name in ("a", "lonely")))
    assert [answer.status_code for answer in answers] == [202, 202]
    assert (await boats(harbour), ROUNDS) == (["a", "lonely"], [2, 1, 1])


async def test_without_what_all_of_them_need_all_are_unavailable(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    answers = await asyncio.gather(*(announce(client, name, name=name) for name in ("a", "keyless")))
    assert [answer.status_code for answer in answers] == [503, 503]
    assert (await boats(harbour), await kept(harbour), ROUNDS) == ([], 0, [2])


async def test_copies_in_one_round_are_one_effect_and_another_body_is_refused(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    answers = await asyncio.gather(*(announce(client, "k") for _ in range(20)), announce(client, "k", name="Other"))
    assert {answer.status_code for answer in answers[:-1]} == {202}
    assert len({answer.content for answer in answers[:-1]}) == 1
    assert (answers[-1].status_code, answers[-1].json()["code"]) == (422, "idempotency_key_reused")
    assert await boats(harbour) == ["Pilot"]


async def test_a_key_that_another_process_is_at_is_waited_for_alone(
    fleet: Asking, opening: Opening, harbour: Database
) -> None:
    here, there = fleet("partner:openhand"), opening(rooms.a_service(routes=(ROUTE,)))("partner:openhand")
    ROUNDS.clear()
    slow = asyncio.create_task(announce(there, "k", name="slow"))
    await asyncio.sleep(0.3)
    same, other = await asyncio.gather(announce(here, "k", name="slow"), announce(here, "free"))
    assert (same.status_code, same.json()["code"]) == (409, "still_running")
    assert other.status_code == 202
    assert (await slow).status_code == 202
    assert await boats(harbour) == ["Pilot", "slow"]


async def test_a_key_that_was_answered_between_the_look_and_its_lock_keeps_its_answer(
    fleet: Asking, harbour: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement that looks may have begun before another process's commit, and get the lock after it."""
    client = fleet("partner:openhand")
    first = await announce(client, "k")

    async def too_early(work: Work, onces: Sequence[Once]) -> list[Known]:
        await look(work, onces)
        return [Fresh() for _ in onces]

    monkeypatch.setattr("services.chassis.http.together.look", too_early)
    again, other = await asyncio.gather(announce(client, "k"), announce(client, "l", name="Other"))
    assert (again.content, other.status_code) == (first.content, 202)
    assert (await boats(harbour), await kept(harbour)) == (["Other", "Pilot"], 2)
    assert ROUNDS == [1, 2, 1]


async def test_a_refusal_is_judged_anew_and_said_once(fleet: Asking, harbour: Database) -> None:
    client = fleet("partner:openhand")
    for _ in range(2):
        answers = await asyncio.gather(*(announce(client, key, name="leaky") for key in ("k", "l")))
        assert [answer.json()["code"] for answer in answers] == ["leaky", "leaky"]
    accepted = await announce(client, "k", name="Tight")
    late = await announce(client, "k", name="leaky")
    assert (accepted.status_code, late.json()["code"]) == (202, "idempotency_key_reused")
    async with harbour.work("system:test") as work:
        assert await work.value("select count(*) from turned_away") == 2


async def test_two_processes_with_the_same_requests_at_once_do_each_once(
    fleet: Asking, opening: Opening, harbour: Database
) -> None:
    clients = [fleet("partner:openhand"), opening(rooms.a_service(routes=(ROUTE,)))("partner:openhand")]
    for turn in range(5):
        asked = [announce(client, f"{turn}-{n}", name=f"{turn}-{n}") for n in range(12) for client in clients]
        answers = await asyncio.gather(*asked)
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.content for answer in answers}) == 12
    assert len(await boats(harbour)) == 60


async def test_a_key_is_proven_once_for_what_comes_under_it_and_at_every_round(
    keyed: Service, opening: Opening, harbour: Database, ring: KeyRing
) -> None:
    key = mint_key("partner", "openhand")
    client = opening(replace(keyed, routes=(ROUTE,)))(None)
    client.headers["authorization"] = f"Bearer {key}"
    assert [one.status_code for one in await asyncio.gather(*(announce(client, f"{n}") for n in range(3)))] == [401] * 3
    async with harbour.work("system:test") as work:
        digest = hash_key(ring, key).digest
        await work.run("insert into api_key values ($1, 'partner', 'openhand', false)", digest)
    ROUNDS.clear()
    assert [one.status_code for one in await asyncio.gather(*(announce(client, f"{n}") for n in range(3)))] == [202] * 3
    assert ROUNDS == [3]
    async with harbour.work("system:test") as work:
        await work.run("update api_key set revoked = true")
    assert (await announce(client, "0")).status_code == 401
    assert len(await boats(harbour)) == 3
