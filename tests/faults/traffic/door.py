"""A small HTTP client: kept connections, one request at a time on each, and the truth about what was sent.

httpx costs a millisecond of CPU a request, more than the servers it would load; this costs a tenth.
"""

import asyncio
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast
from urllib.parse import urlsplit

import httptools

MOST: Final = 256
"""Connections to one origin: above what the partners' window lets through."""

_IDLE: Final = 20.0
"""Seconds a connection is kept unused; the server closes it after 75."""


class NotAnswered(Exception):
    """No whole answer came. `sent`: the request may have been read, so its outcome is unknown."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole answer; header names in lower case."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def json(self) -> dict[str, Any]:
        """The document, or {} where there is none."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def wait(self) -> float | None:
        """Seconds until the same request may be answered otherwise (Retry-After); None when this answer stands."""
        retry = self.headers.get("retry-after")
        if self.status >= 500 or (retry is not None and self.status in (409, 429)):
            return float(retry) if retry is not None and retry.isdigit() else 0.5
        return None


class _Connection(asyncio.Protocol):
    """One connection; `ask` waits for the answer to what was just written."""

    def __init__(self) -> None:
        self._parser: Any = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[Reply] | None = None
        self._headers: dict[str, str] = {}
        self._pieces: list[bytes] = []
        self.usable = True
        self.since = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is one in all but its class

    def connection_lost(self, exc: Exception | None) -> None:
        self.usable = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(NotAnswered("connection lost", sent=True))

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError:
            self.close()

    def on_message_begin(self) -> None:
        self._headers, self._pieces = {}, []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._pieces.append(body)

    def on_message_complete(self) -> None:
        self.usable = self.usable and bool(self._parser.should_keep_alive())
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(Reply(self._parser.get_status_code(), self._headers, b"".join(self._pieces)))

    async def ask(self, request: bytes) -> Reply:
        """Write and wait."""
        assert self._transport is not None
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._answer

    @property
    def finished(self) -> bool:
        """Whether the last request was answered, so that the next may be written."""
        return self._answer is not None and self._answer.done() and not self._answer.cancelled()

    def close(self) -> None:
        """Hang up, whatever is on its way."""
        self.usable = False
        if self._transport is not None:
            self._transport.abort()


class Door:
    """One origin, for any number of callers at once; more than `most` wait for each other."""

    def __init__(self, origin: str, *, timeout: float = 10.0, most: int = MOST) -> None:
        place = urlsplit(origin)
        self._host, self._port, self._timeout = place.hostname or "127.0.0.1", place.port or 80, timeout
        self._head = f"Host: {place.netloc}\r\n"
        self._idle: list[_Connection] = []
        self._places = asyncio.Semaphore(most)

    def close(self) -> None:
        """Hang up on what is idle."""
        while self._idle:
            self._idle.pop().close()

    async def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes = b""
    ) -> Reply:
        """One request, one answer. Raises NotAnswered; nothing is ever sent twice."""
        lines = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
        head = f"{method} {path} HTTP/1.1\r\n{self._head}{lines}Content-Length: {len(body)}\r\n\r\n"
        async with self._places:
            return await self._answered(head.encode("latin-1") + body)

    async def _answered(self, request: bytes) -> Reply:
        connection: _Connection | None = None
        try:
            async with asyncio.timeout(self._timeout):
                connection = self._kept() or await self._connect()
                return await connection.ask(request)
        except TimeoutError:
            raise NotAnswered("no answer in time", sent=connection is not None) from None
        finally:
            self._put_back(connection)

    async def _connect(self) -> _Connection:
        try:
            _, made = await asyncio.get_running_loop().create_connection(_Connection, self._host, self._port)
        except OSError as error:
            raise NotAnswered(type(error).__name__, sent=False) from None
        return made

    def _kept(self) -> _Connection | None:
        while self._idle:
            found = self._idle.pop()
            if found.usable and time.monotonic() - found.since < _IDLE:
                return found
            found.close()
        return None

    def _put_back(self, connection: _Connection | None) -> None:
        if connection is None:
            return
        if connection.finished and connection.usable:
            connection.since = time.monotonic()
            self._idle.append(connection)
        else:
            connection.close()
