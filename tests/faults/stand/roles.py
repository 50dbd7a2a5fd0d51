"""One role of one service as a process: started, ended, stopped, asked."""

import asyncio
import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.local.children import Child, Errand, start_child, tail
from tests.faults.stand.asking import answers, until_answers
from tests.faults.stand.layout import named
from tests.faults.stand.life import Life

_LOOK: Final = 0.01
_GIVES_UP: Final = 40.0
"""Seconds a process has after SIGTERM; P14 gives it 20, and one that hangs must not hang the run."""

_PAGE: Final = os.sysconf("SC_PAGE_SIZE")


class NotReady(RuntimeError):
    """A role's process did not become ready; the last lines of its log."""


@dataclass(frozen=True, slots=True)
class Resources:
    """What a process holds now."""

    rss: int
    """bytes"""
    fds: int
    threads: int


class Role:
    """One process of the product."""

    def __init__(self, name: str, errand: Errand, admin_port: int) -> None:
        self.name: Final = name
        """`sla.relay`, `sla.relay#2`"""
        self.service, self.role = named(name)
        self.admin_port: Final = admin_port
        self.errand = errand
        """how it is started; may be changed between two starts"""
        self.lives: list[Life] = []
        """every process it had, the present one last"""
        self.wanted = False
        """it is to run; what keeps it up brings it back when it died"""

    @property
    def child(self) -> Child | None:
        """Its process, dead or alive; None before the first start."""
        return self.lives[-1].child if self.lives else None

    @property
    def pid(self) -> int | None:
        """Its process, None when there is none."""
        return self.child.process.pid if self.child is not None and self.alive else None

    @property
    def alive(self) -> bool:
        """Whether its process is there, frozen or not."""
        return self.child is not None and self.child.is_alive()

    @property
    def code(self) -> int | None:
        """How its last process ended: an exit code, minus the number of a signal; None while it runs."""
        return self.child.process.poll() if self.child is not None else None

    @property
    def frozen(self) -> bool:
        """Whether it is stopped, by us or by itself at a crash point."""
        return _state(self.pid) == "T"

    async def start(self) -> None:
        """Start it, if it does not run; `ready` waits until it works."""
        if not self.alive:
            self.lives.append(Life(start_child(self.name, self.errand)))
        self.wanted = True

    async def ready(self, within: float = 60.0) -> float:
        """Wait until it says that it is ready; the seconds waited. Raises NotReady when it dies first or is late."""
        began = time.monotonic()
        if self.child is None or not await until_answers(self.admin_port, "/readyz", self.child, within):
            raise NotReady(f"{self.name} after {time.monotonic() - began:.1f} s:\n{tail(self.errand.log)}")
        return time.monotonic() - began

    async def is_ready(self) -> bool:
        """Whether it says now that it is ready."""
        return self.alive and await answers(self.admin_port, "/readyz")

    async def kill(self) -> None:
        """SIGKILL. What keeps it up will bring it back."""
        if self.alive:
            self.lives[-1].asked = "kill"
            self._send(signal.SIGKILL)
        await self._gone()

    async def freeze(self) -> None:
        """SIGSTOP; stopped when this returns."""
        self._send(signal.SIGSTOP)
        while self.alive and not self.frozen:
            await asyncio.sleep(0)

    async def thaw(self) -> None:
        """SIGCONT."""
        self._send(signal.SIGCONT)

    async def terminate(self) -> float:
        """SIGTERM; it stays away until `start`. The seconds it took; one that would not end is killed after 40."""
        began, self.wanted = time.monotonic(), False
        if self.alive:
            self.lives[-1].asked = "terminate"
            self._send(signal.SIGTERM)
        while self.alive:
            if time.monotonic() - began > _GIVES_UP:
                self._send(signal.SIGKILL)
            await asyncio.sleep(_LOOK)
        return time.monotonic() - began

    def resources(self) -> Resources | None:
        """What it holds, None when it is not there."""
        return resources_of(self.pid)

    def _send(self, number: signal.Signals) -> None:
        if self.child is not None:
            self.child.process.send_signal(number)  # looks first whether it was reaped: never somebody else's pid

    async def _gone(self) -> None:
        while self.alive:
            await asyncio.sleep(_LOOK)


def resources_of(pid: int | None) -> Resources | None:
    """Read from /proc; None when there is no such process."""
    if pid is None:
        return None
    process = Path(f"/proc/{pid}")
    try:
        told = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
        rss = int((process / "statm").read_text().split()[1]) * _PAGE
        return Resources(rss, len(os.listdir(process / "fd")), int(told["Threads"]))
    except (OSError, KeyError):
        return None


def _state(pid: int | None) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    return text[text.rindex(")") + 2]
