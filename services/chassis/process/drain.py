"""Ending in order and in time: what began is finished, the relay goes last, nothing takes longer than it has (P14)."""

import asyncio
from collections.abc import Sequence
from typing import Final

FINISH: Final = 9.0
"""Seconds loops have to finish a turn: longer than a send's patience, shorter than a frozen database's silence."""

RELAY: Final = 3.0
"""Seconds the relay has after them, so that what they wrote last is published."""

CANCEL: Final = 1.5


async def wait_out(tasks: Sequence[asyncio.Task[None]], seconds: float) -> None:
    """Until all ended, or the time is over."""
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)


async def cancel_all(tasks: Sequence[asyncio.Task[None]]) -> list[asyncio.Task[None]]:
    """Cancel what still runs; what would not end even then."""
    late = [task for task in tasks if not task.done()]
    for task in late:
        task.cancel()
    await wait_out(late, CANCEL)
    return [task for task in late if not task.done()]
