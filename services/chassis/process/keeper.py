"""Keeps one loop running: starts it, starts it again when it falls, rebuilds it when it stands still (P13)."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Final

from services.chassis.process.probes import Probe
from services.chassis.process.progress import Heart, Verdict
from services.chassis.signal import rest
from services.chassis.strays import asked_to_end, no_strays
from services.chassis.telemetry.logs import get_logger

log = get_logger("process")

_LOOK: Final = 1.0
_ASK_EVERY: Final = 5.0
_LONGEST_PAUSE: Final = 15.0
_CANCEL: Final = 5.0

Beat = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Duty:
    """One loop of one role. `run` builds its own clients each time it is called, and ends when `stop` is set."""

    service: str
    role: str
    name: str
    """`relay`, `readers`, `timers`, or the name of a sweep or channel"""
    needs: tuple[str, ...]
    """names of dependencies, as the probes are named"""
    run: Callable[[asyncio.Event, Beat], Awaitable[None]]
    renew: Callable[[], Awaitable[None]] | None = None
    """forget pooled connections, before it is built again"""
    fatal: tuple[type[Exception], ...] = ()
    """errors after which only the end of the process helps"""


class Keeper:
    """Runs one duty until told to stop. `give_up` ends the process; it gets a word that says why."""

    def __init__(
        self,
        duty: Duty,
        probes: Mapping[str, Probe],
        *,
        give_up: Callable[[str], object],
        now: Callable[[], float] = time.monotonic,
        look: float = _LOOK,
        ask_every: float = _ASK_EVERY,
    ) -> None:
        self.duty = duty
        self._probes = probes
        self._give_up = give_up
        self._now = now
        self._look = look
        self._ask_every = ask_every
        self._heart = Heart(now)
        self._asked_at = float("-inf")

    def wrong(self) -> str | None:
        """What keeps it from being ready, in a closed word: `starting`, `waits_for_kafka`; None if nothing."""
        if self._heart.away is not None:
            return f"waits_for_{self._heart.away}"
        return None if self._heart.beaten else "starting"

    def silent_for(self) -> float:
        """Seconds since it last finished a turn, or since a dependency last did not answer."""
        return self._heart.silent_for()

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`; never raises for the duty's errors. Cancelled, it takes the duty down with it.

        A keeper that ends for any other reason ends the process: a loop nobody watches would lie still for ever.
        """
        try:
            await self._watch(stop)
        except BaseException as error:
            if stop.is_set() or asked_to_end():
                raise
            log.error("a loop is watched no more", service=self.duty.service, role=self.duty.role, exc_info=error)
            self._give_up("unwatched")

    async def _watch(self, stop: asyncio.Event) -> None:
        task = self._begin(stop)
        try:
            while not task.done():
                await asyncio.wait({task}, timeout=self._look)
                if stop.is_set() or not self._heart.needs_asking() or self._now() - self._asked_at < self._ask_every:
                    continue
                verdict = await self._ask()
                if verdict is Verdict.REBUILD:
                    await self._end(task)
                    task = self._begin(stop)
                elif verdict is Verdict.EXIT:
                    self._give_up("no_progress")
            task.result()  # raises what ended it, if it was anything but `stop`
        finally:
            task.cancel()
            await asyncio.wait({task}, timeout=_CANCEL)

    async def _ask(self) -> Verdict:
        before = self._heart.away
        away = await self._first_away()
        self._asked_at = self._now()
        verdict = self._heart.judge(away)
        told = {"service": self.duty.service, "role": self.duty.role, "name": self.duty.name}
        if away is not None and before is None:
            log.warning("paused: a dependency does not answer", **told, reason=away)
        elif away is None and before is not None:
            log.info("the dependency answers again", **told, reason=before)
        elif verdict in (Verdict.REBUILD, Verdict.EXIT):
            log.error("no progress though every dependency answers", **told, outcome=verdict)
        return verdict

    async def _first_away(self) -> str | None:
        answers = await asyncio.gather(*(self._probes[name]() for name in self.duty.needs))
        return next((name for name, answer in zip(self.duty.needs, answers, strict=True) if not answer), None)

    def _begin(self, stop: asyncio.Event) -> asyncio.Task[None]:
        return asyncio.create_task(self._perform(stop), name=f"{self.duty.service}.{self.duty.role}.{self.duty.name}")

    async def _end(self, task: asyncio.Task[None]) -> None:
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL)
        if self.duty.renew is not None:
            await self.duty.renew()

    async def _perform(self, stop: asyncio.Event) -> None:
        """The duty again and again: an error that came out of it is a fault of ours, told each time."""
        pause = _LOOK
        while not stop.is_set():
            began = self._now()
            try:
                with no_strays():
                    await self.duty.run(stop, self._heart.beat)
            except Exception as error:
                told = {"service": self.duty.service, "role": self.duty.role, "name": self.duty.name}
                log.error("a loop fell and is started again", **told, exc_info=error)
                if isinstance(error, self.duty.fatal):
                    self._give_up(type(error).__name__)
            if self._now() - began > _LONGEST_PAUSE:
                pause = _LOOK
            await rest(stop, pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
