"""Errors that pass by themselves: the same poll again, as long as it takes (delivery.md, "Reading")."""

from collections.abc import Awaitable, Callable

import pytest

from services.chassis.work import Work
from tests.chassis.consume.stand import Room, Stand, a_fact, lead, running

Trouble = Callable[[Stand, Work], Awaitable[None]]


async def connection(stand: Stand, work: Work) -> None:
    await stand.rows("select pg_terminate_backend($1)", await work.value("select pg_backend_pid()"))


async def lock_timeout(stand: Stand, work: Work) -> None:
    await work.run("set local lock_timeout = '50ms'")
    async with stand.database.work("system:other") as other:
        await other.run("insert into tally values ($1, '{}')", lead(1))
        await work.run("insert into tally values ($1, '{}')", lead(1))


async def disk(_: Stand, work: Work) -> None:
    await work.run("do $$ begin raise exception 'full' using errcode = '53100'; end $$")


async def serialization(_: Stand, work: Work) -> None:
    await work.run("do $$ begin raise exception 'again' using errcode = '40001'; end $$")


async def deadlock(_: Stand, work: Work) -> None:
    await work.run("do $$ begin raise exception 'both' using errcode = '40P01'; end $$")


@pytest.mark.parametrize("trouble", [connection, lock_timeout, disk, serialization, deadlock])
async def test_a_transient_error_counts_nothing_and_loses_nothing(stand: Stand, trouble: Trouble) -> None:
    """It rolls back and retries the same poll with backoff, as long as it takes; it counts no attempt."""
    tries = 0

    async def four_times(work: Work) -> None:
        nonlocal tries
        tries += 1
        if tries <= 4:
            await trouble(stand, work)

    await stand.say(a_fact(lead(n), v) for v in (1, 2) for n in range(3))
    async with running(stand.reader(Room(before=four_times))):
        await stand.read_to(6)
    assert tries == 5
    assert await stand.tally() == {lead(n): [1, 2] for n in range(3)}
    assert await stand.parked() == []


async def test_a_transient_error_while_going_key_by_key_is_waited_for_too(stand: Stand) -> None:
    """After a permanent error, key by key: the database goes away in between; still only the failing key is parked."""
    tries = 0

    async def third(work: Work) -> None:
        nonlocal tries
        tries += 1
        if tries == 3:
            await connection(stand, work)

    await stand.say(a_fact(lead(n), v) for v in (1, 2) for n in range(3))
    async with running(stand.reader(Room(before=third, poison={(lead(1), 2)}))):
        await stand.read_to(6)
    assert await stand.tally() == {lead(0): [1, 2], lead(1): [1], lead(2): [1, 2]}
    assert await stand.parked() == [(lead(1), 2, "handler")]
