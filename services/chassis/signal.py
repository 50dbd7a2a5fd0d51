"""Wake-ups and rests inside one process. A missed wake-up costs a poll interval, never a fact."""

import asyncio


class Signal:
    """Set by a writer after its commit, waited for by a loop that would otherwise poll."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def set(self) -> None:
        """Wake whoever waits, or the next who will."""
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """True when set within `seconds`; clears it."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return False
        self._event.clear()
        return True


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait so many seconds, or until told to stop."""
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
