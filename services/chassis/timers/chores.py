"""Long work of the tick role, bit by bit: a bit that did something is followed by the next at once."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.signal import rest
from services.chassis.telemetry.logs import get_logger

if TYPE_CHECKING:
    from services.chassis.service import Chore

log = get_logger("chores")

_LONGEST_TURN: Final = 5.0
"""Seconds between two beats of a chore that has nothing to do."""


class ChoreLoop:
    """One loop over one chore. A bit that fails is logged and tried again after the chore's pause."""

    def __init__(self, database: Database, chore: "Chore", *, beat: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._chore = chore
        self._beat = beat

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        while not stop.is_set():
            if not await self.bit():
                await self._rest(stop)

    async def bit(self) -> int:
        """How much one bit did; 0 also when it failed."""
        try:
            done = await self._chore.run(self._database)
        except Exception as error:
            if not is_transient(error):
                self._beat()  # it got its answer; the fault is its own and is told
            log.warning("a chore failed", service=self._database.service, name=self._chore.name, exc_info=error)
            return 0
        self._beat()
        return done

    async def _rest(self, stop: asyncio.Event) -> None:
        left = self._chore.every
        while left > 0 and not stop.is_set():
            await rest(stop, min(left, _LONGEST_TURN))
            left -= _LONGEST_TURN
            if left > 0:
                self._beat()
