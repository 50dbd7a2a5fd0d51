"""How often somebody may ask: never more than the limit over any number of processes, exact where it is small."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from services.chassis.auth.identity import Identity
from services.chassis.database import Database
from services.chassis.http.limits import Limits, Quota
from services.chassis.service import Parts
from services.chassis.telemetry import metrics
from services.chassis.work import Work
from tests.chassis.http.conftest import Opening
from tests.chassis.http.harbour import ROUTES, a_boat, a_service

OPENHAND, KINDRED = Identity("partner", "openhand"), Identity("partner", "kindred")


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def limits(most: int | None, clock: Clock | None = None) -> Limits:
    """Of one process."""

    async def allowance(_work: Work, _identity: Identity, _kind: str) -> int | None:
        return most

    return Limits("posts", allowance, now=clock or Clock())


@pytest.fixture
async def counting(harbour: Database) -> Database:
    async with harbour.work("system:test") as work:
        await work.run("delete from asked")
    return harbour


async def take(database: Database, of: Limits, n: int = 1, who: Identity = OPENHAND) -> Quota:
    async with database.work("system:test") as work:
        quota = await of.take(work, who, n)
    assert quota is not None
    return quota


@pytest.mark.parametrize("most", [7, 100, 1000])
async def test_over_several_processes_a_small_limit_is_exact(counting: Database, most: int) -> None:
    processes = [limits(most) for _ in range(4)]
    rounds = [take(counting, processes[n % 4], 1 + n % 3) for n in range(most)]
    granted = sum(quota.granted for quota in await asyncio.gather(*rounds))
    assert granted == most


async def test_a_large_limit_is_taken_in_shares_and_never_overrun(counting: Database) -> None:
    processes = [limits(20_000) for _ in range(3)]
    with metrics.fresh():
        metrics.allow("service", "harbour")
        granted = 0
        for n in range(450):
            granted += (await take(counting, processes[n % 3], 50)).granted
        per_round = metrics.STATEMENTS.value(service="harbour") / 450
    assert granted == 20_000
    assert per_round == 2  # the begin of each work, and one statement a round of more than a share
    with metrics.fresh():
        metrics.allow("service", "harbour")
        one = limits(20_000)
        for _ in range(100):
            await take(counting, one, 1, KINDRED)
        assert metrics.STATEMENTS.value(service="harbour") == 100 + 100 / 20


async def test_what_is_undone_does_not_count(counting: Database) -> None:
    of = limits(5)
    for _ in range(3):
        with pytest.raises(RuntimeError, match="undone"):
            async with counting.work("system:test") as work:
                await of.take(work, OPENHAND, 5)
                raise RuntimeError("undone")
    assert [(await take(counting, of, 3)).granted for _ in range(3)] == [3, 2, 0]


async def test_an_hour_later_it_begins_anew_and_everybody_has_an_hour_of_their_own(counting: Database) -> None:
    clock = Clock()
    of = limits(3, clock)
    first = await take(counting, of, 4)
    assert (first.granted, first.left, 3595 <= first.resets <= 3600) == (3, 0, True)
    assert (await take(counting, of, 1, KINDRED)).granted == 1
    async with counting.work("system:test") as work:
        await work.run("update asked set since = since - interval '59 min 50 s' where client = 'partner:openhand'")
    clock.at += 3590
    assert (await take(counting, of)).granted == 0
    async with counting.work("system:test") as work:
        await work.run("update asked set since = since - interval '11 s' where client = 'partner:openhand'")
    clock.at += 11
    assert (await take(counting, of)).granted == 1


async def test_a_share_of_the_last_hour_is_not_spent_in_the_next(counting: Database) -> None:
    clock = Clock()
    of = limits(10_000, clock)
    assert (await take(counting, of)).granted == 1
    async with counting.work("system:test") as work:
        await work.run("update asked set used = 10000")
    clock.at += 3601
    assert (await take(counting, of)).granted == 0


async def test_a_changed_limit_holds_within_a_minute(counting: Database) -> None:
    said, clock = [2], Clock()

    async def allowance(_work: Work, _identity: Identity, _kind: str) -> int | None:
        return said[0]

    of = Limits("posts", allowance, now=clock)
    assert (await take(counting, of, 3)).granted == 2
    said[0] = 5
    clock.at += 60
    assert (await take(counting, of, 9)).granted == 3
    said[0] = 1
    clock.at += 60
    assert (await take(counting, of)).granted == 0


async def test_a_door_says_what_is_left_and_answers_429(counting: Database, opening: Opening, parts: Parts) -> None:
    async def three(_work: Work, identity: Identity, _kind: str) -> int | None:
        return 3 if identity.id == "openhand" else None

    routes = (replace(ROUTES[0], counted="posts"), *ROUTES[1:])
    asking = opening(a_service(routes=routes, allowance=three))
    client = asking("partner:openhand")

    async def post(key: str, body: Any = None) -> Any:
        return await client.post("/harbour/v1/boats", json=body or a_boat(), headers={"idempotency-key": key})

    with metrics.fresh():
        metrics.allow("route", "/harbour/v1/boats")
        answers = [await post(f"limit-{n}") for n in (1, 2, 1, 3, 1)]
        assert metrics.RATE_LIMITED.value(route="/harbour/v1/boats") == 2
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429, 429]
    assert answers[2].content == answers[0].content
    assert [answer.headers["ratelimit"].rpartition(";")[0] for answer in answers] == [
        '"posts";r=2', '"posts";r=1', '"posts";r=0', '"posts";r=0', '"posts";r=0',
    ]  # fmt: skip
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"posts";q=3;w=3600'}
    assert 3590 <= int(answers[3].headers["retry-after"]) <= 3600
    assert answers[3].json()["code"] == "rate_limited"
    other = await asking("partner:kindred").post("/harbour/v1/boats", json=a_boat(), headers={"idempotency-key": "o"})
    assert (other.status_code, "ratelimit" in other.headers) == (202, False)
    async with counting.work("system:test", scope="*") as work:
        assert await work.value("select count(*) from boat where partner = 'openhand'") == 2
        kept = await work.fetch("select headers::text as h from idempotency where client = 'partner:openhand'")
    assert not [row for row in kept if "ratelimit" in row["h"]]
