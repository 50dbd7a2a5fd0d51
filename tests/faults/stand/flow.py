"""One TCP connection through a proxy: two ends, and what happens to the bytes on each way."""

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from typing import Final, Literal, cast

TO: Final = "to"
FROM: Final = "from"

Way = Literal["to", "from"]
Mode = Literal["flow", "hold", "vanish", "slow"]

_MOST_QUEUED: Final = 262_144
_EOF: Final = b""


class Line:
    """One direction of a link, shared by its connections: how bytes go."""

    def __init__(self, way: Way) -> None:
        self.way: Final[Way] = way
        self.mode: Mode = "flow"
        self.delay = 0.0
        self.rate = 0.0
        """bytes a second; 0 is no limit"""
        self.bytes = 0
        self._free_at = 0.0

    def due(self, now: float, size: int) -> float:
        """When these bytes have come through a slow line; it carries one thing after the other."""
        self._free_at = max(self._free_at, now) + (size / self.rate if self.rate else 0.0)
        return self._free_at + self.delay


class End(asyncio.Protocol):
    """One end of a connection. What it receives goes along `line` to `other`."""

    def __init__(self, line: Line, gone: Callable[[], None]) -> None:
        self.line = line
        self.other: End | None = None
        self.lost = False
        """bytes or an end of this way vanished: the stream cannot go on"""
        self._gone = gone
        self._transport: asyncio.Transport | None = None
        self._queue: deque[tuple[float, bytes]] = deque()
        self._queued = 0
        self._early: list[bytes] = []
        """what the other end sent while this one was still connecting"""
        self._pauses: set[str] = set()
        self._ended = False
        self._loop = asyncio.get_running_loop()

    @property
    def is_open(self) -> bool:
        """Whether there is a socket that can be written to."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        for data in self._early:
            self.write(data)
        self._early.clear()

    def data_received(self, data: bytes) -> None:
        line = self.line
        line.bytes += len(data)
        if line.mode == "flow" and not self._queue and self.other is not None:
            self.other.write(data)
        else:
            self._later(data)

    def eof_received(self) -> bool:
        """Half of the connection ends; the other half may still have something to say."""
        self._later(_EOF)
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        if self.line.mode == "vanish":
            self.lost = True  # nobody at the other end hears of it
        elif self.other is not None:
            self.other.drop()
        self._gone()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.pause("behind")

    def resume_writing(self) -> None:
        if self.other is not None:
            self.other.resume("behind")

    def write(self, data: bytes) -> None:
        """Send this on; an empty one is the end of this way."""
        if self._transport is None:
            self._early.append(data)
        elif self._transport.is_closing():
            return
        elif data:
            self._transport.write(data)
        else:
            self._transport.write_eof()

    def close(self) -> None:
        """Close once everything is written."""
        if self._transport is not None:
            self._transport.close()

    def drop(self, *, reset: bool = False) -> None:
        """Close now. With `reset` the peer gets an RST instead of an end."""
        if self._transport is None:
            return
        if reset:
            wire: socket.socket | None = self._transport.get_extra_info("socket")
            if wire is not None:
                wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._transport.abort()

    def pause(self, why: str) -> None:
        """Read nothing more while there is a reason not to."""
        if not self._pauses and self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()
        self._pauses.add(why)

    def resume(self, why: str) -> None:
        """One reason less."""
        if why not in self._pauses:
            return
        self._pauses.discard(why)
        if not self._pauses and self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def flush(self) -> None:
        """Send on what a slow line still carried."""
        while self._queue:
            self._deliver(self._queue.popleft()[1])
        self._queued = 0
        self.resume("full")

    def _later(self, data: bytes) -> None:
        if self.line.mode == "vanish":
            self.lost = True
            return
        if self.line.mode == "flow" and not self._queue:
            self._deliver(data)
            return
        due = self.line.due(self._loop.time(), len(data))
        self._queue.append((due, data))
        self._queued += len(data)
        if self._queued > _MOST_QUEUED:
            self.pause("full")
        if len(self._queue) == 1:
            self._loop.call_at(due, self._look)

    def _look(self) -> None:
        if self.line.mode == "hold":
            return  # `flush` sends it on
        now = self._loop.time()
        while self._queue and self._queue[0][0] <= now:
            data = self._queue.popleft()[1]
            self._queued -= len(data)
            self._deliver(data)
        if self._queue:
            self._loop.call_at(self._queue[0][0], self._look)
        if self._queued <= _MOST_QUEUED // 2:
            self.resume("full")

    def _deliver(self, data: bytes) -> None:
        if self.other is None:
            return
        self.other.write(data)
        if data == _EOF:
            self._ended = True
            if self.other._ended:
                self.close()
                self.other.close()
