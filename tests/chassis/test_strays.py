"""A cancellation that nobody asked for is an error like any other; one that was asked for stays one."""

import asyncio

import pytest

from services.chassis.strays import StrayCancellation, no_strays


async def a_library_that_lets_its_own_out() -> None:
    inside: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    inside.cancel()
    await asyncio.gather(inside)


async def test_what_a_library_cancelled_of_its_own_is_an_error() -> None:
    with pytest.raises(StrayCancellation), no_strays():
        await a_library_that_lets_its_own_out()


async def test_who_is_asked_to_end_ends() -> None:
    async def works() -> None:
        with no_strays():
            await asyncio.sleep(3600)

    task = asyncio.create_task(works())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert task.cancelled()


async def test_a_time_that_is_over_is_no_stray() -> None:
    with pytest.raises(TimeoutError), no_strays():
        async with asyncio.timeout(0.001):
            await asyncio.sleep(3600)
