"""Kafka and PostgreSQL of a stand: killed, frozen and brought back like any process, whole families of them."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from deploy.local.children import Child, tail
from deploy.local.errors import StackError
from deploy.local.identity import working_in
from tests.faults.stand.broom import end_postgres
from tests.faults.stand.life import Life

_LOOK: Final = 0.02
_READY_WITHIN: Final = 120.0
_STOPS_WITHIN: Final = 15.0


class Part(Protocol):
    """What deploy.local knows of a server."""

    name: str
    log: Path
    child: Child | None

    def start(self) -> None:
        """Start it without waiting."""

    def is_ready(self) -> bool:
        """Whether it answers."""


class Server:
    """One server. `pids` finds every process of it; `end` is what takes all of them away at once."""

    def __init__(self, part: Part, pids: Callable[[], list[int]], sweep: Callable[[], None]) -> None:
        self.part = part
        self.wanted = False
        """it is to run; what keeps it up brings it back when it died by itself"""
        self.frozen = False
        self.lives: list[Life] = []
        """every first process it had, the present one last"""
        self._pids = pids
        self._sweep = sweep

    @property
    def name(self) -> str:
        """`kafka` or `postgres`."""
        return self.part.name

    @property
    def child(self) -> Child | None:
        """Its first process, dead or alive; None before the first start."""
        return self.part.child

    @property
    def pid(self) -> int | None:
        """Its first process."""
        return self.part.child.process.pid if self.part.child and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether its first process is there, frozen or not."""
        return self.part.child is not None and self.part.child.is_alive()

    @property
    def is_up(self) -> bool:
        """Whether it runs and answers."""
        return self.alive and not self.frozen and self.part.is_ready()

    async def start(self) -> float:
        """Start it; the seconds until it answered. Nothing happens when it runs. StackError when it will not."""
        began = time.monotonic()
        if not self.alive:
            self._sweep()
            self.frozen = False
            self.part.start()
        if self.part.child is not None and (not self.lives or self.lives[-1].child is not self.part.child):
            self.lives.append(Life(self.part.child))
        self.wanted = True
        while not await asyncio.to_thread(self.part.is_ready):
            if not self.alive or time.monotonic() - began > _READY_WITHIN:
                raise StackError(f"{self.name} does not come up:\n{tail(self.part.log)}")
            await asyncio.sleep(_LOOK)
        return time.monotonic() - began

    async def kill(self) -> None:
        """SIGKILL to all its processes; it stays away until `start`."""
        self._end_by("kill")
        if self.part.child is not None:
            self.part.child.process.kill()
        await asyncio.to_thread(self._sweep)
        while self.alive:
            await asyncio.sleep(_LOOK)
        self.frozen = False

    async def freeze(self) -> None:
        """SIGSTOP to all its processes, the first one first: it makes no more of them then."""
        self.frozen = True
        stopped: set[int] = set()
        while new := [pid for pid in self._pids() if pid not in stopped]:
            _send(new, signal.SIGSTOP)
            stopped.update(new)

    async def thaw(self) -> None:
        """SIGCONT to all of them."""
        _send(self._pids()[::-1], signal.SIGCONT)
        self.frozen = False

    async def stop(self, ask: signal.Signals) -> float:
        """Ask it to end in order; the seconds it took. It stays away until `start`."""
        began = time.monotonic()
        self._end_by("stop")
        if self.frozen:
            await self.thaw()
        if self.part.child is not None:
            self.part.child.process.send_signal(ask)
            while self.alive and time.monotonic() - began < _STOPS_WITHIN:
                await asyncio.sleep(_LOOK)
        if self.alive:
            await self.kill()
        return time.monotonic() - began

    def _end_by(self, what: str) -> None:
        self.wanted = False
        if self.alive and self.lives:
            self.lives[-1].asked = what

    async def restart(self) -> float:
        """SIGKILL and back at once; the seconds until it answered."""
        await self.kill()
        return await self.start()


def postgres_server(part: Part, data: Path) -> Server:
    """PostgreSQL: every process of it works in its data folder."""

    def pids() -> list[int]:
        first = [part.child.process.pid] if part.child is not None and part.child.is_alive() else []
        return [*first, *(pid for pid in working_in(data) if pid not in first)] if data.exists() else first

    return Server(part, pids, lambda: end_postgres(data, segment=False))


def single_server(part: Part) -> Server:
    """A server of one process: Kafka, the mailbox."""

    def pids() -> list[int]:
        return [part.child.process.pid] if part.child is not None and part.child.is_alive() else []

    return Server(part, pids, lambda: None)


def _send(pids: list[int], number: signal.Signals) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            continue
