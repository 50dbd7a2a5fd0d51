"""Our side of the nursery: roles and commands that are forked, with the handles of any other role."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, cast

from deploy.local.children import Child, Errand
from tests.faults.stand.layout import LAUNCHER, ROOT
from tests.faults.stand.life import Life
from tests.faults.stand.roles import Role

_MODULE: Final = "tests.faults.patched.nursery"


class Offspring:
    """A process that the nursery has forked; the part of `subprocess.Popen` that roles use."""

    def __init__(self, pid: int, codes: Mapping[int, int]) -> None:
        self.pid = pid
        self._codes = codes
        self._handle = os.pidfd_open(pid)

    @property
    def returncode(self) -> int | None:
        """How it ended, None while it runs."""
        return self._codes.get(self.pid)

    def poll(self) -> int | None:
        """The same."""
        return self.returncode

    def send_signal(self, number: int) -> None:
        """By a handle on the process itself: never to somebody else who got its number."""
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(self._handle, number)

    def kill(self) -> None:
        """SIGKILL."""
        self.send_signal(signal.SIGKILL)


@dataclass
class Nursery:
    """A running one."""

    process: asyncio.subprocess.Process
    _codes: dict[int, int] = field(default_factory=dict)
    _born: "asyncio.Queue[int]" = field(default_factory=asyncio.Queue)
    _asking: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def bear(self, name: str, errand: Errand) -> Child:
        """A new process of the launcher; `may_bear` must hold."""
        wish = {
            "argv": [str(word) for word in errand.argv[len(LAUNCHER) :]],
            "environment": dict(errand.environment),
            "log": str(errand.log),
        }
        assert self.process.stdin is not None
        async with self._asking:
            self.process.stdin.write(json.dumps(wish).encode() + b"\n")
            await self.process.stdin.drain()
            pid = await self._born.get()
        return Child(name, cast("subprocess.Popen[bytes]", Offspring(pid, self._codes)), None)

    async def listen(self) -> None:
        """Take what it says, until it ends."""
        assert self.process.stdout is not None
        async for line in self.process.stdout:
            told = json.loads(line)
            if "born" in told:
                self._born.put_nowait(told["born"])
            elif "ended" in told:
                self._codes[told["ended"]] = told["code"]


class ForkedRole(Role):
    """A role whose processes come from the nursery."""

    def __init__(self, nursery: Nursery, name: str, errand: Errand, admin_port: int) -> None:
        super().__init__(name, errand, admin_port)
        self._nursery = nursery

    async def start(self) -> None:
        """Start it, if it does not run. The nursery has today's release imported; another is a process from nothing."""
        if not may_bear(self.errand):
            await super().start()
            return
        if not self.alive:
            self.lives.append(Life(await self._nursery.bear(self.name, self.errand)))
        self.wanted = True


def may_bear(errand: Errand) -> bool:
    """Whether this is a process of the launcher of today's release."""
    return tuple(map(str, errand.argv[: len(LAUNCHER)])) == LAUNCHER


@asynccontextmanager
async def nursery(log: Path) -> AsyncIterator[Nursery]:
    """Inside the block it bears; at its end all its children are gone."""
    log.parent.mkdir(parents=True, exist_ok=True)
    told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
    with log.open("ab") as err:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _MODULE,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, cwd=ROOT, env=told,
        )  # fmt: skip
    made = Nursery(process)
    listening = asyncio.create_task(made.listen(), name="nursery.listen")
    try:
        yield made
    finally:
        assert process.stdin is not None
        process.stdin.close()
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), 5)
        if process.returncode is None:
            process.kill()
            await process.wait()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def ended(child: Child) -> int:
    """Wait for a command to end; its exit code."""
    while child.process.poll() is None:
        await asyncio.sleep(0.02)
    return int(child.process.returncode)


def launched(arm: Path, role: str, bugs: Sequence[str], *baton: str) -> list[str]:
    """`baton ...` under the launcher."""
    planted = (word for bug in bugs for word in ("--bug", bug))
    return [*LAUNCHER, "--arm", str(arm), "--role-name", role, *planted, *baton]
