"""What may pass by itself: tried three times in place, then 503 (delivery.md, "The transaction"; P16)."""

import dataclasses
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import httpx
import pytest

from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.http.routes import Answer, Call, Route
from services.chassis.service import Parts
from tests.chassis.http.harbour import a_service

PATH = "/harbour/v1/moorings"
RAISED = "do $$ begin raise exception 'both' using errcode = '%s'; end $$"


@dataclasses.dataclass
class Mooring:
    """A route whose first so many tries end as PostgreSQL ends them, after their effect."""

    failing: int
    code: str
    tries: int = 0

    async def moor(self, call: Call[None]) -> Answer:
        self.tries += 1
        await call.work.run("insert into turned_away (partner, reason) values ('openhand', 'moored')")
        if self.tries <= self.failing:
            await call.work.run(RAISED % self.code)
        return Answer(201, {"tries": self.tries})


@asynccontextmanager
async def asked(parts: Parts, run: Callable[[Call[None]], Awaitable[Answer]]) -> AsyncIterator[httpx.Response]:
    route = Route("POST", PATH, run, frozenset(), "nobody's", "Moor", public=True)
    transport = httpx.ASGITransport(service_app(a_service(routes=(route,)), parts).asgi)
    async with httpx.AsyncClient(transport=transport, base_url="http://harbour") as client:
        yield await client.post(PATH)


async def moored(harbour: Database) -> int:
    async with harbour.work("system:test") as work:
        return int(await work.value("select count(*) from turned_away"))


@pytest.mark.parametrize("code", ["40P01", "40001"], ids=["deadlock", "serialization"])
@pytest.mark.parametrize(("failing", "status", "effects"), [(0, 201, 1), (2, 201, 1), (3, 503, 0)])
async def test_it_is_tried_three_times_in_place_and_then_answered_503(
    parts: Parts, harbour: Database, code: str, failing: int, status: int, effects: int
) -> None:
    mooring = Mooring(failing, code)
    async with asked(parts, mooring.moor) as answer:
        assert answer.status_code == status
    assert (mooring.tries, await moored(harbour)) == (min(failing + 1, 3), effects)
    if status == 503:
        assert (answer.json()["code"], int(answer.headers["retry-after"]) > 0) == ("unavailable", True)


@pytest.mark.parametrize("code", ["53100", "55P03", "25P04", "57P01"])
async def test_a_full_disk_or_a_lock_too_long_is_answered_503_at_once(
    parts: Parts, harbour: Database, code: str
) -> None:
    mooring = Mooring(1, code)
    async with asked(parts, mooring.moor) as answer:
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert (mooring.tries, await moored(harbour)) == (1, 0)
