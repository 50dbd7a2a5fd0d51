"""A test database's business clock: moved forward only, for all four services at once, while nothing is under way."""

from datetime import datetime, timedelta

import asyncpg
from sqlalchemy import make_url

from tests.place import SERVICES, Place


async def administrator(place: Place) -> "asyncpg.Connection[asyncpg.Record]":
    """A connection that sees every schema, past row-level security; the caller closes it."""
    url = make_url(place.administrator).set(drivername="postgresql")
    return await asyncpg.connect(url.render_as_string(False))


async def move_clock(place: Place, ahead: timedelta) -> None:
    """Let `baton_now()` of every service be `ahead` of the real clock, in one transaction.

    A clock that goes back, or that moves while a fact waits in an outbox, would put facts before their causes: both
    are a fault of the test.
    """
    connection = await administrator(place)
    try:
        async with connection.transaction():
            for service in SERVICES:
                unsent = await connection.fetchval(f"select count(*) from {service}.outbox where sent_at is null")
                assert unsent == 0, f"{service} is not at rest"
                sql = f"update {service}.test_clock set ahead = $1 where ahead <= $1 returning ahead"
                assert await connection.fetchval(sql, ahead) == ahead, "the clock goes forward only"
    finally:
        await connection.close()


async def move_to(place: Place, at: datetime) -> None:
    """Let it be `at` for every service."""
    connection = await administrator(place)
    try:
        ahead = await connection.fetchval("select $1::timestamptz - clock_timestamp()", at)
    finally:
        await connection.close()
    await move_clock(place, ahead)


async def ahead_of(place: Place) -> timedelta:
    """How far the business clock is ahead of the real one."""
    connection = await administrator(place)
    try:
        found: timedelta = await connection.fetchval("select ahead from sla.test_clock")
        return found
    finally:
        await connection.close()
