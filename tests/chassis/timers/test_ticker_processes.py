"""A ticker that is killed or frozen inside its transaction: the next one goes on (P1, P8)."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.chassis.timers import Ledger
from tests.chassis.timers.desk import Desk
from tests.place import Place


@asynccontextmanager
async def a_ticker_standing_inside(place: Place) -> AsyncIterator[Process]:
    """Another process that has taken every due timer off, and commits nothing."""
    argv = sys.executable, "-m", "tests.chassis.timers.one_ticker", place.url("sla")
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"inside\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_ticker_killed_between_claim_and_commit_loses_nothing(desk: Desk, place: Place) -> None:
    leads = await desk.leads(5)
    await desk.due("breach", leads)
    ticker = desk.ticker()
    async with a_ticker_standing_inside(place) as other:
        assert (await ticker.round())[0] == 0
        other.kill()
        await other.wait()
        async with asyncio.timeout(10):
            while not (await ticker.round())[0]:
                await asyncio.sleep(0.05)
    assert sorted(await desk.fired()) == sorted(leads)
    assert await desk.ledger() == Ledger(created=5, fired=5)


async def test_a_ticker_frozen_inside_its_transaction_blocks_its_leads_for_the_session_timeout_only(
    desk: Desk, place: Place
) -> None:
    leads = await desk.leads(5)
    await desk.due("breach", leads)
    ticker = desk.ticker()
    async with a_ticker_standing_inside(place) as other:
        os.kill(other.pid, signal.SIGSTOP)
        assert (await ticker.round())[0] == 0
        async with asyncio.timeout(10):
            while not (await ticker.round())[0]:
                await asyncio.sleep(0.1)
    assert sorted(await desk.fired()) == sorted(leads)
    assert await desk.ledger() == Ledger(created=5, fired=5)
