"""The only way out: https to port 443 of an address that was vetted, no redirects, 10 s, 64 KiB (privacy.md, "Input").

A name is resolved once and the vetted address is what is connected to, so that no second answer of the name can lead
elsewhere; the certificate is still judged by the name. No proxy and no setting of the environment is heeded.
"""

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any, Final

import httpcore

from services.chassis.sender import Sent
from services.intake.webhooks.rules.address import may_be_reached
from services.intake.webhooks.rules.url import PORT

SECONDS: Final = 10.0
"""For name, connection, TLS, request and the head of the answer together."""

ANSWER: Final = 64 * 1024
"""Bytes of an answer that are read at most; of its body none is needed."""

_ATTEMPTS: Final = 3
"""Vetted addresses of one name that are tried, one after the other."""

Resolve = Callable[[str], Awaitable[list[str]]]
Connect = Callable[[str, int], Awaitable[httpcore.AsyncNetworkStream]]


class Forbidden(Exception):
    """The name leads somewhere that is not the public internet."""


class TooLarge(Exception):
    """The answer is over `ANSWER`."""


async def resolve(host: str) -> list[str]:
    """Every address of a name, once each, in the order the system prefers."""
    found = await asyncio.get_running_loop().getaddrinfo(host, PORT, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def connect(address: str, port: int) -> httpcore.AsyncNetworkStream:
    """To a literal address."""
    return await httpcore.AnyIOBackend().connect_tcp(address, port)


class Outside:
    """Posts to endpoints. A test hands in its own `resolve`, `connect` and certificates; nothing else is different."""

    def __init__(
        self, *, resolve: Resolve = resolve, connect: Connect = connect, trust: ssl.SSLContext | None = None
    ) -> None:
        self._guard = _Guard(resolve, connect)
        self._trust = trust

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Sent:
        """One try. The code is a closed word or the status; nothing of the answer is kept."""
        try:
            async with asyncio.timeout(SECONDS):
                status = await self._post(url, headers, body)
        except Exception as error:
            return Sent(False, _code_of(error))
        return Sent(200 <= status < 300, "sent" if 200 <= status < 300 else f"http_{status}")

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self._trust = self._trust or ssl.create_default_context()  # read when it is needed: only senders do
        async with (
            httpcore.AsyncConnectionPool(ssl_context=self._trust, network_backend=self._guard) as pool,
            pool.stream("POST", url, headers=list(headers.items()), content=body) as response,
        ):
            return response.status


class _Guard(httpcore.AsyncNetworkBackend):
    """Resolves once, refuses the name if any of its addresses may not be reached, connects to a vetted one."""

    def __init__(self, resolve: Resolve, connect: Connect) -> None:
        self._resolve = resolve
        self._connect = connect

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The library's way in; the whole try has one clock, so `timeout` is not needed."""
        addresses = await self._resolve(host)
        if port != PORT or not addresses or not all(map(may_be_reached, addresses)):
            raise Forbidden
        for address in addresses[: _ATTEMPTS - 1]:
            try:
                return _Limited(await self._connect(address, port))
            except (OSError, httpcore.ConnectError):
                continue
        return _Limited(await self._connect(addresses[min(len(addresses), _ATTEMPTS) - 1], port))


class _Limited(httpcore.AsyncNetworkStream):
    """A stream from which no more than `ANSWER` bytes are read."""

    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream
        self._left = ANSWER

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = await self._stream.read(max_bytes, timeout)
        self._left -= len(data)
        if self._left < 0:
            raise TooLarge
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        await self._stream.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._stream.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        return _Limited(await self._stream.start_tls(ssl_context, server_hostname, timeout))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _code_of(error: Exception) -> str:
    match error:
        case Forbidden():
            return "forbidden_address"
        case TooLarge():
            return "answer_too_large"
        case TimeoutError() | httpcore.TimeoutException():
            return "timeout"
        case socket.gaierror():
            return "name_unknown"
        case OSError() | httpcore.NetworkError():
            return "tls" if _is_tls(error) else "unreachable"
        case httpcore.ProtocolError():
            return "not_http"
    return "failed"


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
