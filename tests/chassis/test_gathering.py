"""Items that come while others are under way are done together, each with its own outcome."""

import asyncio
from collections.abc import Sequence
from contextvars import ContextVar

import pytest

from services.chassis.gathering import Gathering

WHO: ContextVar[str] = ContextVar("who", default="nobody")


class Doing:
    """Notes what it was given; holds everything until told to go."""

    def __init__(self) -> None:
        self.rounds: list[tuple[str, list[int]]] = []
        self.most_beside = self.beside = 0
        self.go = asyncio.Event()
        self.go.set()
        self.seen: set[str] = set()

    async def __call__(self, group: str, items: Sequence[int]) -> Sequence[int]:
        self.rounds.append((group, list(items)))
        self.seen.add(WHO.get())
        self.beside += 1
        self.most_beside = max(self.most_beside, self.beside)
        try:
            await self.go.wait()
        finally:
            self.beside -= 1
        if -1 in items:
            raise ValueError("one of them")
        return [item * 10 for item in items]


def gathering(do: Doing, *, most: int = 4, at_once: int = 1, patience: float = 5.0) -> Gathering[str, int, int]:
    return Gathering(do, most=most, at_once=at_once, patience=patience)


async def test_one_alone_is_done_at_once() -> None:
    do = Doing()
    assert await gathering(do).ask("a", 1) == 10
    assert do.rounds == [("a", [1])]


async def test_what_comes_in_one_turn_is_one_round_and_each_gets_its_own_outcome() -> None:
    do = Doing()
    many = gathering(do)
    assert await asyncio.gather(*(many.ask("a", n) for n in range(3))) == [0, 10, 20]
    assert do.rounds == [("a", [0, 1, 2])]


async def test_what_comes_meanwhile_is_done_in_the_next_rounds_no_larger_than_the_most() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do)
    first = asyncio.create_task(many.ask("a", 0))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    later = [asyncio.create_task(many.ask("a", n)) for n in range(1, 7)]
    await asyncio.sleep(0.01)
    assert do.rounds == [("a", [0])]
    do.go.set()
    assert await asyncio.gather(first, *later) == [0, 10, 20, 30, 40, 50, 60]
    assert do.rounds == [("a", [0]), ("a", [1, 2, 3, 4]), ("a", [5, 6])]


async def test_groups_are_never_mixed_and_do_not_wait_for_each_other() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do)
    tasks = [asyncio.create_task(many.ask(group, n)) for n in range(2) for group in ("a", "b")]
    await asyncio.sleep(0.01)
    assert sorted(do.rounds) == [("a", [0, 1]), ("b", [0, 1])]
    do.go.set()
    await asyncio.gather(*tasks)
    assert many._groups == {}


async def test_no_more_rounds_of_a_group_run_beside_each_other_than_allowed() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do, most=1, at_once=2)
    tasks = [asyncio.create_task(many.ask("a", n)) for n in range(5)]
    await asyncio.sleep(0.01)
    assert do.beside == 2
    do.go.set()
    await asyncio.gather(*tasks)
    assert do.most_beside == 2


async def test_what_a_round_raises_everybody_in_it_gets_and_nobody_else() -> None:
    many = gathering(Doing())
    first = await asyncio.gather(many.ask("a", 1), many.ask("a", -1), return_exceptions=True)
    assert [type(one) for one in first] == [ValueError, ValueError]
    assert await many.ask("a", 2) == 20


async def test_whoever_gets_no_turn_in_time_is_told_and_never_done() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do, patience=0.05)
    first = asyncio.create_task(many.ask("a", 0))
    await asyncio.sleep(0.01)
    with pytest.raises(TimeoutError):
        await many.ask("a", 1)
    do.go.set()
    assert await first == 0  # it was begun in time, and may take longer
    assert await many.ask("a", 2) == 20
    assert do.rounds == [("a", [0]), ("a", [2])]


async def test_whoever_goes_away_before_the_turn_is_left_out() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do)
    first = asyncio.create_task(many.ask("a", 0))
    await asyncio.sleep(0.01)
    gone, stays = asyncio.create_task(many.ask("a", 1)), asyncio.create_task(many.ask("a", 2))
    await asyncio.sleep(0.01)
    gone.cancel()
    await asyncio.wait({gone})
    do.go.set()
    assert (await first, await stays) == (0, 20)
    assert do.rounds == [("a", [0]), ("a", [2])]


async def test_an_end_in_the_middle_of_a_round_ends_the_round() -> None:
    do = Doing()
    do.go.clear()
    many = gathering(do)
    tasks = [asyncio.create_task(many.ask("a", n)) for n in range(2)]
    await asyncio.sleep(0.01)
    tasks[0].cancel()
    await asyncio.wait(tasks)
    assert [task.cancelled() for task in tasks] == [True, True]
    assert do.beside == 0
    do.go.set()
    assert await many.ask("a", 3) == 30


async def test_a_round_runs_in_nobodys_context() -> None:
    do = Doing()
    WHO.set("the first that asked")
    await gathering(do).ask("a", 1)
    assert do.seen == {"nobody"}
