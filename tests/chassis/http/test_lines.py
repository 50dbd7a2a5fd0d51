"""Many bodies in one request: each line is answered as if it had come alone, and is its own idempotency key (P2)."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from services.chassis.database import Database
from services.chassis.http.lines import LineAnswer, lines_of
from services.chassis.http.problems import Apart, Problem
from services.chassis.http.routes import BODY_LIMIT, Answer, Call, Route, alone, fault_in
from services.chassis.http.together import MOST
from services.chassis.telemetry import metrics
from tests.chassis.http import harbour as rooms
from tests.chassis.http.conftest import Asking, Opening

CONVOY = "/harbour/v1/convoy"
NDJSON = {"content-type": "application/x-ndjson"}
ROUNDS: list[int] = []


async def together(calls: Sequence[Call[Any]]) -> list[Answer | Problem]:
    """`sunk` is a problem of its own, `lonely` wants to be alone, `broken` is a fault of ours."""
    ROUNDS.append(len(calls))
    names = [call.body.name for call in calls]
    if "lonely" in names and len(calls) > 1:
        raise Apart
    if "broken" in names:
        raise RuntimeError("nobody knows why")
    sunk = Problem(429, "sunk", headers={"retry-after": "7"})
    return [sunk if call.body.name == "sunk" else await rooms.announce(call) for call in calls]


def a_route(**changes: Any) -> Route:
    usual: dict[str, Any] = {
        "takes": rooms.Boat,
        "answers": LineAnswer,
        "run_together": together,
        "lines": 100,
        "limit": 1 << 20,
    }
    whose = "the partner's own boats"
    return Route("POST", CONVOY, alone(together), rooms.PARTNER, whose, "Announce many boats", **(usual | changes))


@pytest.fixture
def convoy(opening: Opening) -> Asking:
    ROUNDS.clear()
    return opening(rooms.a_service(routes=(*rooms.ROUTES, a_route())))


def a_line(name: str, **changes: Any) -> str:
    return json.dumps(rooms.a_boat(name=name, **changes))


async def send(client: httpx.AsyncClient, *lines: str) -> httpx.Response:
    return await client.post(CONVOY, content="\n".join(lines).encode(), headers=NDJSON)


def said(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.headers["content-type"] == "application/x-ndjson"
    return [json.loads(line) for line in answer.text.splitlines()]


async def boats(harbour: Database) -> list[str]:
    async with harbour.work("system:test") as work:
        return [row["name"] for row in await work.fetch("select name from boat order by name")]


async def test_a_bad_line_spoils_no_other(convoy: Asking, harbour: Database) -> None:
    client = convoy("partner:openhand")
    lines = [a_line("a"), "{", a_line("sunk"), "", '{"name":"x","nonsense":1}', a_line("b"), '"' + "x" * BODY_LIMIT]
    answer = await send(client, *lines)
    assert answer.status_code == 200
    assert [(one["line"], one["status"], one["body"].get("code")) for one in said(answer)] == [
        (1, 202, None), (2, 400, "body_malformed"), (3, 429, "sunk"), (5, 422, "field_invalid"), (6, 202, None),
        (7, 413, "too_large"),
    ]  # fmt: skip
    assert said(answer)[2]["retry_after"] == 7
    assert await boats(harbour) == ["a", "b"]


async def test_the_same_lines_again_in_any_company_do_nothing_more(convoy: Asking, harbour: Database) -> None:
    client = convoy("partner:openhand")
    first = said(await send(client, a_line("a"), a_line("b")))
    again = said(await send(client, a_line("c"), a_line("b"), a_line("a"), a_line("c")))
    assert [again[2]["body"], again[1]["body"]] == [one["body"] for one in first]
    assert again[0]["body"] == again[3]["body"]
    assert await boats(harbour) == ["a", "b", "c"]


async def test_one_that_must_be_alone_splits_its_round_and_nothing_else(convoy: Asking, harbour: Database) -> None:
    answers = said(await send(convoy("partner:openhand"), a_line("a"), a_line("lonely"), a_line("b")))
    assert [one["status"] for one in answers] == [202, 202, 202]
    assert await boats(harbour) == ["a", "b", "lonely"]


async def test_a_fault_of_ours_is_answered_for_its_own_line(convoy: Asking, harbour: Database) -> None:
    answers = said(await send(convoy("partner:openhand"), a_line("a"), a_line("broken"), a_line("b")))
    assert [one["status"] for one in answers] == [202, 500, 202]
    assert "nobody knows why" not in json.dumps(answers)
    assert await boats(harbour) == ["a", "b"]


@pytest.mark.parametrize(
    ("lines", "status", "code"),
    [
        ([], 422, "field_invalid"),
        (["", " ", "\r"], 422, "field_invalid"),
        (["{}"] * 101, 413, "too_large"),
    ],
    ids=["nothing", "only blanks", "one too many"],
)
async def test_a_batch_that_is_none_is_refused_as_a_whole(
    convoy: Asking, lines: list[str], status: int, code: str
) -> None:
    answer = await send(convoy("partner:openhand"), *lines)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert ROUNDS == []


async def test_who_asks_is_settled_before_a_line_is_read(convoy: Asking) -> None:
    nobody, staff = await send(convoy(None), "{"), await send(convoy("staff:ines"), "{")
    assert (nobody.status_code, staff.status_code) == (401, 403)
    plain = await convoy("partner:openhand").post(CONVOY, json=rooms.a_boat())
    assert plain.status_code == 415


async def test_what_cannot_be_made_durable_is_to_be_sent_again_as_a_whole(convoy: Asking, harbour: Database) -> None:
    answer = await send(convoy("partner:openhand"), a_line("a"), a_line("keyless"))
    assert (answer.status_code, answer.json()["code"], answer.headers["retry-after"]) == (503, "unavailable", "2")
    assert await boats(harbour) == []


async def test_lines_cost_the_statements_of_their_rounds(convoy: Asking) -> None:
    client = convoy("partner:openhand")
    await send(client, a_line("warm"))
    with metrics.fresh():
        metrics.allow("service", "harbour")
        await send(client, *(a_line(f"b{n}") for n in range(MOST + 30)))
        # open, look, keep; and for each boat itself and its audit
        assert metrics.STATEMENTS.value(service="harbour") == 2 * 3 + (MOST + 30) * 2
    assert ROUNDS == [1, MOST, 30]


async def test_who_hangs_up_leaves_nothing_half_done(convoy: Asking, harbour: Database) -> None:
    sending = asyncio.create_task(send(convoy("partner:openhand"), *(a_line(f"b{n}") for n in range(90))))
    await asyncio.sleep(0.005)
    sending.cancel()
    await asyncio.wait({sending})
    await asyncio.sleep(0.2)
    async with harbour.work("system:test") as work:
        rows = await work.one("select (select count(*) from boat) as boats, (select count(*) from idempotency) as keys")
    assert rows is not None
    assert rows["boats"] == rows["keys"]


def test_lines_keep_their_numbers() -> None:
    assert lines_of(b"a\n\n  \nb\r\nc", 3) == [(1, b"a"), (4, b"b\r"), (5, b"c")]


def test_a_route_of_lines_has_a_model_and_no_key_of_its_own() -> None:
    assert fault_in(a_route(), ("/harbour",)) is None
    for changes in ({"idempotent": True}, {"takes": None}, {"run_together": None}):
        assert fault_in(a_route(**changes), ("/harbour",)) is not None
