"""A body that is a file: known sender first, counted piece by piece, no transaction open while one is waited for."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from pydantic import BaseModel

from services.chassis.database import Database
from services.chassis.http import bodies
from services.chassis.http.problems import Invalid
from services.chassis.http.routes import Answer, Call, FileBody, Route, Upload, fault_in
from services.chassis.work import Work
from tests.chassis.http import harbour as rooms
from tests.chassis.http.conftest import Asking, Opening

LOGBOOK = "/harbour/v1/logbook"
LIMIT = 100_000
CSV = {"content-type": "text/csv"}
SEEN: list[int] = []


class Kept(BaseModel):
    pieces: int
    size: int


async def keep(upload: Upload) -> Kept:
    SEEN.clear()
    async for piece in upload.pieces:
        if b"rotten" in piece:
            raise Invalid(("", "is rotten"))
        SEEN.append(len(piece))

    async def note(work: Work) -> None:
        await work.run("insert into boat (partner, name) values ($1, 'log')", upload.identity.id)

    await upload.run(note)
    return Kept(pieces=len(SEEN), size=sum(SEEN))


async def log(call: Call[Kept]) -> Answer:
    mine = await call.work.value("select count(*) from boat")
    return Answer(body={"size": call.body.size, "mine": mine, "asked": dict(call.query)})


def a_route(**changes: Any) -> Route:
    usual: dict[str, Any] = {"file": FileBody("text/csv", keep), "limit": LIMIT}
    return Route("POST", LOGBOOK, log, rooms.PARTNER, "the partner's own logs", "Keep a log", **(usual | changes))


@pytest.fixture
def logbook(opening: Opening) -> Asking:
    SEEN.clear()
    return opening(rooms.a_service(routes=(*rooms.ROUTES, a_route())))


async def in_pieces(count: int, piece: bytes) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield piece


async def send(client: httpx.AsyncClient, content: Any, **headers: str) -> httpx.Response:
    return await client.post(LOGBOOK, params={"name": "spring"}, content=content, headers=CSV | headers)


async def test_a_file_is_handed_on_as_it_comes_and_what_was_made_of_it_is_the_calls_body(logbook: Asking) -> None:
    answer = await send(logbook("partner:openhand"), in_pieces(50, b"x" * 1_000))
    assert (answer.status_code, answer.json()) == (200, {"size": 50_000, "mine": 1, "asked": {"name": "spring"}})
    assert max(SEEN) == 1_000


async def test_a_work_of_an_upload_sees_only_what_its_sender_may(logbook: Asking) -> None:
    await send(logbook("partner:openhand"), b"x")
    answer = await send(logbook("partner:kindred"), b"x")
    assert answer.json()["mine"] == 1


@pytest.mark.parametrize("announced", [True, False])
async def test_too_large_a_file_is_refused_announced_or_not(logbook: Asking, announced: bool) -> None:
    content: Any = b"x" * (LIMIT + 1) if announced else in_pieces(101, b"x" * 1_000)
    answer = await send(logbook("partner:openhand"), content)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert sum(SEEN) <= LIMIT


@pytest.mark.parametrize(
    ("who", "headers", "status"),
    [
        (None, {}, 401),
        ("staff:ines", {}, 403),
        ("partner:openhand", {"content-type": "application/json"}, 415),
        ("partner:openhand", {"content-encoding": "gzip"}, 415),
        ("partner:openhand", {"content-type": "text/csv; charset=latin-1"}, 415),
    ],
)
async def test_nothing_is_read_for_whom_it_is_not_or_of_what_it_is_not(
    logbook: Asking, who: str | None, headers: dict[str, str], status: int
) -> None:
    answer = await logbook(who).post(LOGBOOK, content=in_pieces(3, b"x"), headers=CSV | headers)
    assert (answer.status_code, SEEN) == (status, [])


async def test_what_keeping_finds_wrong_is_the_answer(logbook: Asking, harbour: Database) -> None:
    answer = await send(logbook("partner:openhand"), b"a rotten log")
    assert (answer.status_code, answer.json()["code"]) == (422, "field_invalid")
    async with harbour.work("system:test") as work:
        assert await work.value("select count(*) from boat") == 0


async def test_a_file_that_stops_coming_is_given_up(logbook: Asking, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "_SECONDS", 0.05)

    async def stalled() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.sleep(5)
        yield b"y"

    answer = await send(logbook("partner:openhand"), stalled())
    assert (answer.status_code, answer.json()["code"]) == (408, "timeout")


@pytest.mark.parametrize("changes", [{"takes": rooms.Boat}, {"idempotent": True}, {"public": True, "serves": set()}])
def test_a_file_route_takes_nothing_else(changes: dict[str, Any]) -> None:
    usual: dict[str, Any] = {"file": FileBody("text/csv", keep), "serves": rooms.PARTNER} | changes
    route = Route("POST", LOGBOOK, log, whose="w", summary="s", **usual)
    assert fault_in(route, ("/harbour",)) == "takes a file of a known caller, and nothing else"
