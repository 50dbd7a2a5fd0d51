"""When nothing is under way any more: every outbox empty, every reader at the end, no timer due, no mail waiting."""

import asyncio
import time
from typing import Final

from tests.faults.schedule.servers import Away, Servers
from tests.faults.schedule.standing import Standing, standing
from tests.faults.world import World

QUIET: Final = 3.0
"""Seconds in which no timer may come due, so that what is read afterwards stands still."""

_PAUSE: Final = 0.5
_PATIENCE: Final = 10.0


class NotAtRest(TimeoutError):
    """The run did not come to rest in time; the text says what still waits, in counts."""


async def at_rest(world: World, within: float, *, soon: float = QUIET) -> float:
    """Wait until the whole pipeline rests, seen twice in a row with the same ends; the seconds it took.

    Raises:
        NotAtRest: not within `within` seconds.
    """
    began = time.monotonic()
    before: Standing | None = None
    async with Servers(world, _PATIENCE) as servers:
        while True:
            try:
                now = await standing(servers, soon=soon)
            except Away as away:
                before, said = None, f"{away} does not answer"
            else:
                if rests(now) and before is not None and before.ends == now.ends:
                    return time.monotonic() - began
                before, said = (now if rests(now) else None), what_waits(now)
            if time.monotonic() - began > within:
                raise NotAtRest(f"after {within:.0f} s: {said}")
            await asyncio.sleep(_PAUSE)


def rests(now: Standing) -> bool:
    """Whether nothing waits anywhere."""
    return not any(one.told for one in now.waiting.values())


def what_waits(now: Standing) -> str:
    """`routing: 3 unsent, 12 lag; sla: 1 due`."""
    parts = [
        f"{service}: " + ", ".join(f"{count} {name}" for name, count in one.told.items())
        for service, one in now.waiting.items()
        if one.told
    ]
    return "; ".join(parts) or "nothing waits"
