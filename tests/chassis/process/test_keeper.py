"""A loop is started again when it falls, rebuilt when it stands still, paused while a dependency is away (P13)."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from services.chassis.process.keeper import Beat, Duty, Keeper


class Stage:
    """A keeper whose clock and dependency the test moves."""

    def __init__(
        self, run: Callable[[asyncio.Event, Beat], Awaitable[None]], *, fatal: tuple[type[Exception], ...] = ()
    ):
        self.at, self.kafka, self.renewed = 0.0, True, 0
        self.given_up: list[str] = []
        self.stop = asyncio.Event()
        duty = Duty("sla", "consume", "readers", ("kafka",), run, renew=self.renew, fatal=fatal)
        self.keeper = Keeper(
            duty, {"kafka": self.answers}, give_up=self.given_up.append, now=lambda: self.at, look=0.001, ask_every=0
        )

    async def answers(self) -> bool:
        return self.kafka

    async def renew(self) -> None:
        self.renewed += 1

    async def pass_seconds(self, seconds: float) -> None:
        self.at += seconds
        for _ in range(20):
            await asyncio.sleep(0.001)

    async def __aenter__(self) -> "Stage":
        self.task = asyncio.create_task(self.keeper.run(self.stop))
        await self.pass_seconds(0)
        return self

    async def __aexit__(self, *_: object) -> None:
        self.stop.set()
        self.task.cancel()
        await asyncio.wait({self.task}, timeout=5)


async def stands_still(stop: asyncio.Event, beat: Beat) -> None:
    await asyncio.sleep(3600)


async def test_a_loop_that_never_beats_is_starting_then_rebuilt_then_given_up() -> None:
    async with Stage(stands_still) as stage:
        assert stage.keeper.wrong() == "starting"
        await stage.pass_seconds(59)
        assert (stage.renewed, stage.given_up) == (0, [])
        await stage.pass_seconds(1)
        assert (stage.renewed, stage.given_up) == (1, [])
        await stage.pass_seconds(25)
        assert set(stage.given_up) == {"no_progress"}


async def test_while_its_dependency_is_away_it_says_so_and_is_left_alone() -> None:
    async with Stage(stands_still) as stage:
        stage.kafka = False
        for _ in range(20):
            await stage.pass_seconds(30)
        assert stage.keeper.wrong() == "waits_for_kafka"
        assert (stage.renewed, stage.given_up) == (0, [])


async def test_a_rebuilt_loop_that_beats_goes_on() -> None:
    runs: list[int] = []

    async def second_time_lucky(stop: asyncio.Event, beat: Beat) -> None:
        runs.append(1)
        if len(runs) > 1:
            beat()
        await stop.wait()

    async with Stage(second_time_lucky) as stage:
        await stage.pass_seconds(60)
        assert len(runs) == 2
        assert stage.keeper.wrong() is None
        await stage.pass_seconds(25)
        assert stage.given_up == []


async def test_a_loop_that_falls_is_started_again() -> None:
    runs: list[int] = []

    async def falls_once(stop: asyncio.Event, beat: Beat) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise ValueError
        beat()
        await stop.wait()

    async with Stage(falls_once) as stage:
        async with asyncio.timeout(10):
            while len(runs) < 2:
                await asyncio.sleep(0.02)
        assert stage.keeper.wrong() is None


async def test_a_fatal_error_ends_the_process() -> None:
    async def abandoned(stop: asyncio.Event, beat: Beat) -> None:
        raise ConnectionAbortedError

    async with Stage(abandoned, fatal=(ConnectionAbortedError,)) as stage:
        assert stage.given_up == ["ConnectionAbortedError"]


async def test_a_loop_that_ends_by_a_stray_cancellation_is_started_again() -> None:
    runs: list[int] = []

    async def lets_one_out(stop: asyncio.Event, beat: Beat) -> None:
        runs.append(1)
        if len(runs) == 1:
            raise asyncio.CancelledError
        await stop.wait()

    async with Stage(lets_one_out) as stage:
        async with asyncio.timeout(10):
            while len(runs) < 2:
                await asyncio.sleep(0.02)
        assert stage.given_up == []


@pytest.mark.parametrize("raised", [ValueError, asyncio.CancelledError])
async def test_a_loop_that_nobody_watches_any_more_ends_the_process(raised: type[BaseException]) -> None:
    """P13: a probe that raised once ended the watch and its loop with it, and the process lived on without both."""

    class Odd(Stage):
        async def answers(self) -> bool:
            raise raised

    async with Odd(stands_still) as stage:
        await stage.pass_seconds(11)
        assert stage.given_up == ["unwatched"]


async def test_told_to_stop_it_lets_the_loop_finish_its_turn() -> None:
    finished: list[int] = []

    async def finishes(stop: asyncio.Event, beat: Beat) -> None:
        await stop.wait()
        await asyncio.sleep(0.05)
        finished.append(1)

    async with Stage(finishes) as stage:
        stage.stop.set()
        await asyncio.wait_for(stage.task, 5)
        assert finished == [1]
