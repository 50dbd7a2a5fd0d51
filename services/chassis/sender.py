"""The send role: claim in one `Work`, send outside any, mark in another. At least once, always under the same key."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.signal import rest
from services.chassis.strays import no_strays
from services.chassis.telemetry.logs import get_logger

if TYPE_CHECKING:  # service.py needs `Sent`; at run time this file needs nothing of it
    from services.chassis.service import Sends

T = TypeVar("T")

log = get_logger("sender")

BATCH: Final = 24
"""Letters of one claim: all of them are late when their sender is killed."""

_ROUNDS: Final = 2
"""Rounds beside each other: while one of them claims or marks, the other one sends."""

_AT_ONCE: Final = 16
"""Letters on their way, of all rounds together; also the most sessions that a mail server sees."""

_SHORTEST: Final = 0.1
_LONGEST: Final = 2.0
"""Seconds between two claims at rest, and while the database is away."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of one try to send something outside."""

    ok: bool
    code: str
    """a closed word: `sent`, `refused`, `timeout`, an SMTP or HTTP status; never text from the other side"""
    retry_at: datetime | None = None
    """real time the channel asked us to wait until; None leaves it to the marker's own backoff"""


class Beats:
    """Beats once each of the rounds has: one that hangs is not hidden by another that goes on (P13)."""

    def __init__(self, rounds: int, beat: Callable[[], None]) -> None:
        self._rounds = frozenset(range(rounds))
        self._quiet = set(self._rounds)
        self._beat = beat

    def of(self, number: int) -> None:
        """This round got on."""
        self._quiet.discard(number)
        if not self._quiet:
            self._quiet |= self._rounds
            self._beat()


class Sender(Generic[T]):
    """Rounds over one channel. Several senders may run beside each other: a claim hides its rows from the others."""

    def __init__(
        self,
        database: Database,
        sends: "Sends[T]",
        *,
        beat: Callable[[], None] = lambda: None,
        patience: float | None = None,
    ) -> None:
        self._database = database
        self._sends = sends
        self._beats = Beats(_ROUNDS, beat)
        self._patience = sends.patience if patience is None else patience
        self._actor = f"system:{database.service}"
        self._gate = asyncio.Semaphore(_AT_ONCE)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until told to stop; what is being sent then is still finished and marked."""
        async with asyncio.TaskGroup() as rounds:
            for number in range(_ROUNDS):
                rounds.create_task(self._go_round(stop, partial(self._beats.of, number)))

    async def _go_round(self, stop: asyncio.Event, beat: Callable[[], None]) -> None:
        pause = _SHORTEST
        while not stop.is_set():
            try:
                with no_strays():  # a task group takes a cancelled round for one that has ended well
                    sent = await self.round(stop, beat)
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the sender waits for its database", service=self._database.service, exc_info=error)
                sent, pause = 0, _LONGEST
            else:
                beat()
            pause = _SHORTEST if sent else min(pause * 1.5, _LONGEST)
            if not sent:
                await rest(stop, pause)

    async def round(self, stop: asyncio.Event, beat: Callable[[], None] = lambda: None) -> int:
        """Claim, send, mark; how many were tried. A failed try is for `mark` to set a next time for."""
        claimed = await self._database.run(lambda work: self._sends.claim(work, BATCH), actor=self._actor)
        if not claimed:
            return 0
        results = await asyncio.gather(*(self._try(item, stop, beat) for item in claimed))
        tried = [(item, sent) for item, sent in zip(claimed, results, strict=True) if sent is not None]
        if tried:
            await self._mark(tried, stop)
        return len(tried)

    async def _try(self, item: T, stop: asyncio.Event, beat: Callable[[], None]) -> Sent | None:
        """One try outside any transaction; None when it was not begun, since the process ends: its claim runs out."""
        async with self._gate:
            if stop.is_set():
                return None
            try:
                with no_strays():
                    sent = await asyncio.wait_for(self._sends.send(item), self._patience)
            except Exception as error:
                sent = Sent(False, _code_of(error))
                log.warning("a send failed", service=self._database.service, name=self._sends.name, exc_info=error)
            beat()
            return sent

    async def _mark(self, tried: list[tuple[T, Sent]], stop: asyncio.Event) -> None:
        """Write down what came of it. Tried again while the database is away: an unmarked send is sent twice."""
        while True:
            try:
                await self._database.run(lambda work: self._sends.mark(work, tried), actor=self._actor)
                return
            except Exception as error:
                if stop.is_set() or not is_transient(error):
                    raise
                await rest(stop, _LONGEST)


def _code_of(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "timeout"
    return "unreachable" if isinstance(error, OSError) else "failed"
