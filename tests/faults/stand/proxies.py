"""`python -m tests.faults.stand.proxies FD`: every link of a stand in one process, steered over an inherited socket.

A line of JSON asks (`{"link": "sla.kafka", "do": "slow", "how": [0.2, 50000]}`), a line of JSON answers, in order. When
the other end of the socket is gone, so is this process.
"""

import asyncio
import json
import os
import socket
import sys
from contextlib import suppress
from typing import Any, Final

import uvloop

from tests.faults.stand.gate import Gate

_DEEDS: Final = ("cut", "reset", "hold", "one_way", "slow", "heal")


class Gates:
    """Every link by its name."""

    def __init__(self) -> None:
        self._gates: dict[str, Gate] = {}

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Do what a line asks and say how its link is."""
        link, do, how = asked["link"], asked["do"], asked["how"]
        if do == "open":
            self._gates[link] = Gate(*how)
            await self._gates[link].listen()
        elif do in _DEEDS:
            await getattr(self._gates[link], do)(*how)
        elif do != "tell":
            return {"error": f"there is no {do}"}
        return self._gates[link].told


async def steered(wire: socket.socket) -> None:
    """Until the other end hangs up."""
    gates = Gates()
    reader, writer = await asyncio.open_connection(sock=wire)
    while line := await reader.readline():
        try:
            told = await gates.answer(json.loads(line))
        except OSError as error:  # a port that is taken
            told = {"error": str(error)}
        writer.write(json.dumps(told).encode() + b"\n")
        await writer.drain()


def main() -> None:
    """Serve the socket whose number is the first word. Every statement passes here twice: it queues for no CPU."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, -10)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(steered(socket.socket(fileno=int(sys.argv[1]))))


if __name__ == "__main__":
    main()
