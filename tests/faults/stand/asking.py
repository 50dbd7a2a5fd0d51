"""`GET` on this machine with nothing but a socket: readiness is asked of many processes, many times, for no CPU."""

import asyncio
import contextlib
import socket
from pathlib import Path

from deploy.local.addresses import HOST
from deploy.local.children import Child, Errand, start_child

_PATIENCE = 2.0


async def answers(port: int, path: str) -> bool:
    """Whether this path of a server answers 200."""
    try:
        async with asyncio.timeout(_PATIENCE):
            reader, writer = await asyncio.open_connection(HOST, port)
            with contextlib.closing(writer):
                writer.write(f"GET {path} HTTP/1.0\r\nhost: {HOST}\r\nconnection: close\r\n\r\n".encode())
                return b" 200 " in await reader.readline()
    except (OSError, TimeoutError):
        return False


async def until_answers(port: int, path: str, child: Child, within: float, every: float = 0.1) -> bool:
    """Ask until it answers 200; False when the child ends first or time is up."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within):
            while not await answers(port, path):
                if not child.is_alive():
                    return False
                await asyncio.sleep(every)
            return True
    return False


class Program:
    """A program of ours as a server of the stand: ready once something listens on its port."""

    def __init__(self, name: str, errand: Errand, port: int) -> None:
        self.name = name
        self.log: Path = errand.log
        self.child: Child | None = None
        self._errand, self._port = errand, port

    def start(self) -> None:
        """Start it without waiting."""
        self.child = start_child(self.name, self._errand)

    def is_ready(self) -> bool:
        """Whether its port takes connections."""
        return _listens(self._port)


def _listens(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=_PATIENCE):
            return True
    except OSError:
        return False
