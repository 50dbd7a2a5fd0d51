"""How much may be asked at once: less after silence, more again with every answer.

Without it a slow server never recovers: it works through requests whose senders have long given up and asked again.
"""

import asyncio
import time
from collections import deque
from typing import Final

LEAST: Final = 8
_CUT: Final = 0.6
_GROWS: Final = 0.5
_NOT_BEFORE: Final = 1.0
"""Seconds between two cuts: one silence loses many requests at once."""


class Window:
    """A gate for `most` at once, whose width follows the answers."""

    def __init__(self, most: int) -> None:
        self._most = max(most, 1)
        self._size = float(self._most)
        self._under_way = 0
        self._cut_at = 0.0
        self._queue: deque[asyncio.Future[None]] = deque()

    @property
    def size(self) -> int:
        """How many may be under way now."""
        return int(self._size)

    async def __aenter__(self) -> None:
        while self._under_way >= self.size:
            turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._queue.append(turn)
            await turn
        self._under_way += 1

    async def __aexit__(self, *_: object) -> None:
        self._under_way -= 1
        self._admit()

    def answered(self) -> None:
        """A whole answer came."""
        self._size = min(self._most, self._size + _GROWS)
        self._admit()

    def unanswered(self) -> None:
        """Nothing came in time."""
        if time.monotonic() - self._cut_at > _NOT_BEFORE:
            self._size = max(min(LEAST, self._most), self._size * _CUT)
            self._cut_at = time.monotonic()

    def _admit(self) -> None:
        free = self.size - self._under_way
        while free > 0 and self._queue:
            turn = self._queue.popleft()
            if not turn.done():
                turn.set_result(None)
                free -= 1
