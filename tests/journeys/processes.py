"""The processes of a world: `baton serve all`, the mailbox, and a place that keeps every trace it is sent."""

import asyncio
import sys
import threading
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import httpx

BATON: Final = (sys.executable, "-m", "services.cli")
NEWER: Final = (sys.executable, "-m", "tests.journeys.newer_release")
MAILBOX: Final = (sys.executable, "-m", "deploy.local.mailbox")

_READY_WITHIN: Final = 60.0
_ENDS_WITHIN: Final = 20.0


@asynccontextmanager
async def running(
    argv: tuple[str, ...], environment: Mapping[str, str], log: Path, ready: str, *, code: int = 0
) -> AsyncIterator[None]:
    """A child whose output is appended to `log`, from when `ready` (a URL) answers 200 to the end of the block.

    At the end it gets SIGTERM and has to go by itself, with this exit code.
    """
    with log.open("ab") as out:
        process = await asyncio.create_subprocess_exec(*argv, env=environment, stdout=out, stderr=out)
    try:
        await _until_ready(process, ready, log)
        yield
        process.terminate()
        assert await asyncio.wait_for(process.wait(), _ENDS_WITHIN) == code, tail(log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def said_by(argv: tuple[str, ...], environment: Mapping[str, str]) -> str:
    """What a command prints; it has to end well."""
    process = await asyncio.create_subprocess_exec(*argv, env=environment, stdout=PIPE, stderr=PIPE)
    out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    return out.decode()


def tail(log: Path) -> str:
    """The last lines of a log, for a failure's text."""
    return "\n".join(log.read_text(errors="replace").splitlines()[-12:])


async def _until_ready(process: asyncio.subprocess.Process, url: str, log: Path) -> None:
    async with asyncio.timeout(_READY_WITHIN), httpx.AsyncClient(trust_env=False) as client:
        while True:
            assert process.returncode is None, tail(log)
            try:
                if (await client.get(url)).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            await asyncio.sleep(0.1)


class TraceSink:
    """What an OpenTelemetry collector was sent, byte for byte."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.url = ""

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Take OTLP over HTTP during the block."""
        sink = self

        class Collector(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                sink.bodies.append(self.rfile.read(int(self.headers["content-length"])))
                self.send_response(200)
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:
                """Nothing on stderr."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            server.server_close()
            thread.join()
