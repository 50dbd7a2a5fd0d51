"""uvicorn inside a running loop: a bound port, a stop that ends within 5 s, no signals and no access log of its own."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Generator
from contextlib import contextmanager
from typing import Final

import uvicorn
from starlette.types import ASGIApp

GRACE: Final = 4
"""Seconds a request in flight has to end after `stop()`; what is cut then has not committed, or answers on retry."""

_LAST: Final = 1.0


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        """The process has its own handlers (start order, drain, hard exit)."""
        yield


async def serve_http(app: ASGIApp, host: str, port: int) -> tuple[int, Callable[[], Awaitable[None]]]:
    """Serve `app`; answers the bound port (0 asks for a free one) and `stop()`, which returns within 5 s.

    Raises:
        OSError: the address cannot be bound.
    """
    config = uvicorn.Config(
        app,
        http="httptools",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,  # above a gateway's 60 s, so that it never sends into a closing connection
        timeout_graceful_shutdown=GRACE,
    )
    bound = _bind(host, port)
    server = _Server(config)
    running = asyncio.create_task(server.serve(sockets=[bound]), name=f"http:{bound.getsockname()[1]}")
    while not server.started and not running.done():  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.005)
    if running.done():
        await running

    async def stop() -> None:
        server.should_exit = True
        await asyncio.wait({running}, timeout=GRACE + _LAST / 2)
        if cut := {running, *server.server_state.tasks}:
            await asyncio.wait(cut, timeout=_LAST / 2)
        running.cancel()

    return int(bound.getsockname()[1]), stop


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except OSError:
        bound.close()
        raise
    return bound
