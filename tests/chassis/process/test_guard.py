"""The guard ends a process that cannot end itself (P14), in real processes."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from services.chassis.process.guard import STUCK


@asynccontextmanager
async def guarded(mode: str, *, drain: float = 60, blocked: float = 60) -> AsyncIterator[Process]:
    argv = sys.executable, "-m", "tests.chassis.process.guarded", mode, str(drain), str(blocked)
    process = await asyncio.create_subprocess_exec(*argv, stdout=PIPE, stderr=PIPE)
    try:
        assert process.stdout is not None
        assert await asyncio.wait_for(process.stdout.readline(), 30) == b"running\n"
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def test_a_process_whose_loop_lives_ends_by_itself() -> None:
    async with guarded("lives") as process:
        os.kill(process.pid, signal.SIGTERM)
        out, err = await asyncio.wait_for(process.communicate(), 10)
        assert (out, err, process.returncode) == (b"told\n", b"", 0)


@pytest.mark.parametrize("mode", ["ignores", "blocks", "blocks_in_c"])
async def test_sigterm_ends_a_process_whose_loop_does_not_answer(mode: str) -> None:
    async with guarded(mode, drain=1) as process:
        os.kill(process.pid, signal.SIGTERM)
        _, err = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == 1
        assert b"drain_too_slow" in err


async def test_a_loop_that_does_nothing_for_its_time_ends_the_process() -> None:
    async with guarded("blocks", blocked=2) as process:
        _, err = await asyncio.wait_for(process.communicate(), 10)
        assert process.returncode == STUCK
        assert b"loop_blocked" in err


async def test_a_process_frozen_as_a_whole_goes_on_when_it_is_let_go() -> None:
    async with guarded("lives", blocked=3) as process:
        os.kill(process.pid, signal.SIGSTOP)
        await asyncio.sleep(4.5)
        os.kill(process.pid, signal.SIGCONT)
        await asyncio.sleep(1.5)
        assert process.returncode != STUCK
        os.kill(process.pid, signal.SIGINT)
        out, err = await asyncio.wait_for(process.communicate(), 10)
        assert (out, err) == (b"told\n", b"")


async def test_asked_twice_it_leaves_at_once() -> None:
    async with guarded("ignores") as process:
        os.kill(process.pid, signal.SIGINT)
        await asyncio.sleep(1.5)
        os.kill(process.pid, signal.SIGINT)
        _, err = await asyncio.wait_for(process.communicate(), 5)
        assert process.returncode == 1
        assert b"asked_twice" in err
