"""A history that survives its writer: one JSON line an event, on the disk before anything is done about it."""

import asyncio
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

Line = dict[str, Any]


class History:
    """Appends lines and syncs them; many waiting writers share one sync.

    Each line gets `n` (1, 2, 3, ...) and `at` (seconds since 1970, this machine's clock, which is the database's too).
    """

    def __init__(self, file: Path) -> None:
        self._handle = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._n = 0
        self._waiting: list[tuple[str, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)

    async def write(self, what: str, /, **told: Any) -> int:
        """Write one line; returns its `n` once it is on the disk."""
        self._n += 1
        n = self._n
        line = json.dumps({"n": n, "at": time.time(), "what": what} | told, default=str)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((line, done))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await done
        return n

    async def _write_all(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            await asyncio.to_thread(self._sync, "".join(line + "\n" for line, _ in batch))
            for _, done in batch:
                if not done.done():
                    done.set_result(None)
        self._writing = None

    def _sync(self, text: str) -> None:
        os.write(self._handle, text.encode())
        os.fdatasync(self._handle)


def lines_of(file: Path) -> Iterator[Line]:
    """Every whole line of a history, in order; a torn last one (its writer was killed) is left out."""
    if not file.exists():
        return
    with file.open("rb") as lines:
        for raw in lines:
            if raw.endswith(b"\n"):
                yield json.loads(raw)
