"""A run does not go on beside a program that has died."""

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest

from deploy.local.children import Child, Errand, start_child, stop_child
from tests.faults.profiles.programs import ProgramFailed, beside, log_of
from tests.faults.world import World


class _Place:
    """Of a world, what a program's log needs."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder


@pytest.fixture
def world(tmp_path: Path) -> World:
    (tmp_path / "programs").mkdir()
    return cast(World, _Place(tmp_path))


@pytest.fixture
def program(world: World) -> Iterator[Child]:
    """Waits for a line on its input, says so, and ends."""
    words = "import time, pathlib, sys; p = pathlib.Path(sys.argv[1]); print('gone wrong', flush=True)\n"
    words += "while not p.exists(): time.sleep(0.02)\nsys.exit(1)"
    errand = Errand([sys.executable, "-c", words, str(world.folder / "end")], log_of(world, "traffic"), {})
    child = start_child("traffic", errand)
    yield child
    stop_child(child, grace=1)


async def test_what_the_work_comes_to(program: Child, world: World) -> None:
    async def work() -> str:
        await asyncio.sleep(0.05)
        return "done"

    assert await beside(program, world, work()) == "done"


async def test_work_beside_a_program_that_dies_is_broken_off_and_says_why(program: Child, world: World) -> None:
    broken_off = False

    async def work() -> None:
        nonlocal broken_off
        (world.folder / "end").touch()
        try:
            await asyncio.sleep(60)
        finally:
            broken_off = True

    with pytest.raises(ProgramFailed, match=r"traffic ended too early:\ngone wrong"):
        await beside(program, world, work())
    assert broken_off


async def test_an_error_of_the_work_is_its_own(program: Child, world: World) -> None:
    async def work() -> None:
        raise ValueError("its own")

    with pytest.raises(ValueError, match="its own"):
        await beside(program, world, work())
