"""Long work bit by bit: the next bit at once while there is some, nothing ended by a bit that fails."""

import asyncio

import pytest

from services.chassis.database import Database
from services.chassis.service import Chore
from services.chassis.timers.chores import ChoreLoop
from tests.chassis.timers.desk import Desk


async def test_bits_follow_each_other_without_a_pause_while_there_is_work(desk: Desk) -> None:
    left, stop = [5], asyncio.Event()

    async def bit(_database: Database) -> int:
        left[0] -= 1
        if not left[0]:
            stop.set()
        return left[0]

    await asyncio.wait_for(ChoreLoop(desk.database, Chore("x", 60, bit)).run(stop), 5)
    assert left == [0]


async def test_without_work_it_looks_again_after_its_pause(desk: Desk) -> None:
    looked, stop = [0], asyncio.Event()

    async def bit(_database: Database) -> int:
        looked[0] += 1
        if looked[0] == 3:
            stop.set()
        return 0

    await asyncio.wait_for(ChoreLoop(desk.database, Chore("x", 0.01, bit)).run(stop), 5)
    assert looked == [3]


@pytest.mark.parametrize(("error", "beats"), [(ValueError(), 1), (ConnectionResetError(), 0)])
async def test_a_bit_that_fails_ends_nothing_and_only_a_fault_of_its_own_counts_as_a_turn(
    desk: Desk, error: Exception, beats: int
) -> None:
    beaten: list[int] = []

    async def bit(_database: Database) -> int:
        raise error

    assert await ChoreLoop(desk.database, Chore("x", 60, bit), beat=lambda: beaten.append(1)).bit() == 0
    assert len(beaten) == beats
