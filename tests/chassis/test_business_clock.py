"""Business time and real time (delivery.md, "The transaction"): one offset per schema, for test databases only."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest

from contracts.alerts.facts import DeadlineWarned
from contracts.vocabulary import Clock
from services.chassis.database import Database
from tests.chassis.bare import a_session
from tests.clock import ahead_of, move_clock
from tests.place import SERVICES, Place

AHEAD = timedelta(days=3)
REAL = "select clock_timestamp()"


@pytest.fixture
async def open_one(fresh_place: Place) -> AsyncIterator[Callable[[str], Database]]:
    opened: list[Database] = []

    def open_it(service: str) -> Database:
        opened.append(Database.open(fresh_place.url(service), service=service, pool_size=1))
        return opened[-1]

    yield open_it
    for database in opened:
        await database.close()


async def test_the_clocks_of_all_services_move_at_once_and_forward_only(
    fresh_place: Place, open_one: Callable[[str], Database]
) -> None:
    await move_clock(fresh_place, AHEAD)
    for service in SERVICES:
        async with open_one(service).work("system:test") as work:
            assert close(await work.take_time() - await work.value(REAL), AHEAD)
            real: datetime = await work.value(REAL)
            assert await work.value("select baton_time($1)", real) == real + AHEAD
    with pytest.raises(AssertionError, match="forward only"):
        await move_clock(fresh_place, AHEAD - timedelta(seconds=1))
    assert await ahead_of(fresh_place) == AHEAD


async def test_a_clock_does_not_move_while_a_fact_waits(
    fresh_place: Place, open_one: Callable[[str], Database]
) -> None:
    said = DeadlineWarned(lead=str(uuid4()), study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=1)
    async with open_one("sla").work("system:test") as work:
        work.emit(said, is_test=True)
    with pytest.raises(AssertionError, match="not at rest"):
        await move_clock(fresh_place, AHEAD)
    async with a_session(fresh_place.administrator) as session:
        for service in SERVICES:
            assert await session.fetchval(f"select ahead from {service}.test_clock") == timedelta(0)


async def test_what_guards_the_machinery_keeps_real_time(
    fresh_place: Place, open_one: Callable[[str], Database]
) -> None:
    """A fact carries business time; its row's day, and what is made beside it, real time."""
    await move_clock(fresh_place, AHEAD)
    said = DeadlineWarned(lead=str(uuid4()), study="alder", site="eastmere", clock=Clock.FIRST_RESPONSE, episode=1)
    async with open_one("sla").work("system:test") as work:
        work.emit(said, is_test=True)
    async with open_one("sla").work("system:test") as work:
        row = await work.one("select at - created as gap, clock_timestamp() - created as age from outbox")
    assert row is not None
    assert close(row["gap"], AHEAD)
    assert close(row["age"], timedelta(0))


def close(one: timedelta, other: timedelta) -> bool:
    return abs(one - other) < timedelta(seconds=5)
