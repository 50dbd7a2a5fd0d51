"""The links of a stand, as those who break them see them."""

import asyncio
import json
import socket
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final, Literal

from deploy.local.children import Errand, start_child, stop_child, tail
from tests.faults.stand.layout import ROOT
from tests.faults.stand.places import python_environment

_ANSWERS_WITHIN: Final = 10.0


class ProxiesFailed(RuntimeError):
    """The proxy process is gone, or could not do what it was asked."""


class Switchboard:
    """Asks the proxy process, one line at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, log: Path) -> None:
        self._reader, self._writer, self._log = reader, writer, log
        self._one = asyncio.Lock()

    async def ask(self, link: str, do: str, *how: object) -> dict[str, Any]:
        """One deed at one link, done when this returns."""
        async with self._one, asyncio.timeout(_ANSWERS_WITHIN):
            self._writer.write(json.dumps({"link": link, "do": do, "how": how}).encode() + b"\n")
            line = await self._reader.readline()
        if not line:
            raise ProxiesFailed(f"the proxies are gone:\n{tail(self._log)}")
        told: dict[str, Any] = json.loads(line)
        if "error" in told:
            raise ProxiesFailed(f"{link} {do}: {told['error']}")
        return told


class Link:
    """The way from one service to one server."""

    def __init__(self, name: str, board: Switchboard) -> None:
        self.name: Final = name
        """`sla.postgres`, `routing.kafka`"""
        self.state = "healed"
        self._board = board

    async def cut(self) -> None:
        """Drop what is open, refuse what comes."""
        await self._do("cut")

    async def reset(self) -> None:
        """An RST to both ends of what is open; the link goes on."""
        await self._board.ask(self.name, "reset")

    async def hold(self) -> None:
        """Stand still: nothing comes through, nothing is lost."""
        await self._do("hold")

    async def one_way(self, way: Literal["to", "from"]) -> None:
        """Bytes to (or from) the server vanish. What lost some is reset by `heal`: a stream with a hole is none."""
        await self._do("one_way", way)

    async def slow(self, delay_s: float, bytes_per_s: float = 0.0) -> None:
        """Everything so many seconds later, and so many bytes a second and way (0: any)."""
        await self._do("slow", delay_s, bytes_per_s)

    async def heal(self) -> None:
        """As at the start."""
        await self._do("heal")

    async def told(self) -> dict[str, int]:
        """`open` connections, bytes `to` and `from` the server so far."""
        return await self._board.ask(self.name, "tell")

    async def _do(self, deed: str, *how: object) -> None:
        await self._board.ask(self.name, deed, *how)
        self.state = "healed" if deed == "heal" else deed


@asynccontextmanager
async def links(ways: Mapping[str, tuple[int, int]], log: Path) -> AsyncIterator[dict[str, Link]]:
    """A link for each name, `(port, port of the server)`; the process ends with the block."""
    if not ways:
        yield {}
        return
    ours, theirs = socket.socketpair()
    argv = (sys.executable, "-m", "tests.faults.stand.proxies", str(theirs.fileno()))
    errand = Errand(argv, log, python_environment(), folder=ROOT, keep=(theirs.fileno(),))
    child = start_child("proxies", errand)
    theirs.close()
    reader, writer = await asyncio.open_connection(sock=ours)
    try:
        board = Switchboard(reader, writer, log)
        for name, way in ways.items():
            await board.ask(name, "open", *way)
        yield {name: Link(name, board) for name in ways}
    finally:
        writer.close()
        await asyncio.to_thread(stop_child, child, grace=2)
