"""What comes while a piece of work is under way is done together in the next one: nobody waits for company."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from typing import Generic, TypeVar

G = TypeVar("G", bound=Hashable)
I = TypeVar("I")  # noqa: E741 - what is asked; `O` is what is answered
O = TypeVar("O")  # noqa: E741


@dataclass(eq=False, slots=True)
class _Waits(Generic[I, O]):
    item: I
    answer: "asyncio.Future[O]"
    task: "asyncio.Task[None] | None" = None


@dataclass(eq=False, slots=True)
class _Group(Generic[I, O]):
    waiting: "deque[_Waits[I, O]]" = field(default_factory=deque)
    running: int = 0


class Gathering(Generic[G, I, O]):
    """Runs `do(group, items)`: items of one group together, `most` at a time, `at_once` times beside each other.

    `do` answers one outcome an item, in their order. What it raises is raised to everybody it was for.
    """

    def __init__(
        self, do: Callable[[G, Sequence[I]], Awaitable[Sequence[O]]], *, most: int, at_once: int, patience: float
    ) -> None:
        self._do = do
        self._most = most
        self._at_once = at_once
        self._patience = patience
        self._groups: dict[G, _Group[I, O]] = {}

    async def ask(self, group: G, item: I) -> O:
        """The outcome of this item.

        Raises:
            TimeoutError: its turn had not come after `patience` seconds; it was not begun.
        """
        loop = asyncio.get_running_loop()
        waits = _Waits[I, O](item, loop.create_future())
        self._groups.setdefault(group, _Group()).waiting.append(waits)
        loop.call_soon(self._start, group)  # not at once: whoever comes in this turn of the loop comes along
        late = loop.call_later(self._patience, _too_late, waits)
        try:
            return await waits.answer
        except asyncio.CancelledError:
            if waits.task is not None:
                waits.task.cancel()  # the process is ending: nothing is committed that nobody is told of
            raise
        finally:
            late.cancel()

    def _start(self, group: G) -> None:
        here = self._groups.get(group)
        while here is not None and here.running < self._at_once and (turn := self._turn(here)):
            here.running += 1
            task = asyncio.get_running_loop().create_task(self._run(group, here, turn), context=Context())
            for waits in turn:
                waits.task = task
        if here is not None and not here.running and not here.waiting:
            del self._groups[group]

    def _turn(self, here: _Group[I, O]) -> list[_Waits[I, O]]:
        """The next ones, without those who have gone or waited too long."""
        turn: list[_Waits[I, O]] = []
        while here.waiting and len(turn) < self._most:
            waits = here.waiting.popleft()
            if not waits.answer.done():
                turn.append(waits)
        return turn

    async def _run(self, group: G, here: _Group[I, O], turn: Sequence[_Waits[I, O]]) -> None:
        waiting = [waits.answer for waits in turn]
        try:
            outcomes = await self._do(group, [waits.item for waits in turn])
        except Exception as error:
            for answer in waiting:
                if not answer.done():
                    answer.set_exception(error)
        except BaseException:
            for answer in waiting:
                answer.cancel()
            raise
        else:
            for answer, outcome in zip(waiting, outcomes, strict=True):
                if not answer.done():
                    answer.set_result(outcome)
        finally:
            here.running -= 1
            self._start(group)


def _too_late(waits: _Waits[I, O]) -> None:
    if waits.task is None and not waits.answer.done():
        waits.answer.set_exception(TimeoutError("no turn came"))
