"""The other programs of a run, each a process of its own: the traffic, the live tail, the checker."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, TypeVar

from deploy.local.children import Child, Errand, start_child, stop_child, tail
from tests.faults.stand.layout import ROOT
from tests.faults.stand.places import python_environment
from tests.faults.world import World

T = TypeVar("T")

TRAFFIC: Final = "tests.faults.traffic"
CHECKER: Final = "tests.faults.checker"

_ENDS_WITHIN: Final = 60.0


class ProgramFailed(RuntimeError):
    """A program of the harness ended as it must not: its last lines."""


def started(world: World, module: str, *words: str, name: str) -> Child:
    """Start `python -m module words...`, its output in the run's logs; it dies with us."""
    errand = Errand([sys.executable, "-m", module, *words], log_of(world, name), python_environment(), ROOT)
    return start_child(name, errand)


def log_of(world: World, name: str) -> Path:
    """Where a program writes; not among the product's logs, which are searched for canaries."""
    return world.folder / "programs" / f"{name}.log"


async def ended(child: Child, world: World, within: float, *, codes: tuple[int, ...] = (0,)) -> int:
    """Wait for a program to end by itself; raises ProgramFailed when it does not, or with another exit code."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            while child.is_alive():
                await asyncio.sleep(0.2)
    code = child.process.poll()
    if code is None:
        stop_child(child, grace=5)
        raise ProgramFailed(f"{child.name} was not done after {within:.0f} s:\n{tail(log_of(world, child.name))}")
    if code not in codes:
        raise ProgramFailed(f"{child.name} ended with {code}:\n{tail(log_of(world, child.name))}")
    return code


async def beside(child: Child, world: World, work: Coroutine[None, None, T]) -> T:
    """What `work` comes to, as long as the program beside it goes on.

    Raises:
        ProgramFailed: it ended first; the work is broken off.
    """
    task = asyncio.ensure_future(work)
    try:
        while not task.done():
            if not child.is_alive():
                raise ProgramFailed(f"{child.name} ended too early:\n{tail(log_of(world, child.name))}")
            await asyncio.wait([task], timeout=1.0)
        return task.result()
    finally:
        task.cancel()
        await asyncio.wait([task])


@asynccontextmanager
async def tailed(world: World) -> AsyncIterator[None]:
    """A live tail of every topic beside the block."""
    child = started(world, CHECKER, "tail", str(world.folder), name="tail")
    try:
        yield
    finally:
        child.process.send_signal(signal.SIGTERM)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_ENDS_WITHIN):
                while child.is_alive():
                    await asyncio.sleep(0.1)
        stop_child(child, grace=1)
