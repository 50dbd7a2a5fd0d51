"""A reader in a process of its own that meets its end in one stated moment; told in JSON as its one argument."""

import asyncio
import json
import os
import signal
import sys

from services.chassis.consume.reader import Reader
from services.chassis.database import Database
from services.chassis.work import Work
from tests.chassis.consume.stand import SERVICE, Room


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


async def meet(mode: str, work: Work) -> None:
    """inside: after the effect, before the commit; after: committed, Kafka's offset not; frozen: holding its locks."""
    if mode == "inside":
        die()
    elif mode == "after":
        work.after_commit(die)
    elif mode == "frozen":
        await work.run("set local idle_in_transaction_session_timeout = '1s'")
        print("frozen", flush=True)
        os.kill(os.getpid(), signal.SIGSTOP)


async def main(told: dict[str, str]) -> None:
    room = Room(after=lambda work: meet(told["mode"], work))
    database = Database.open(told["url"], service=SERVICE)
    reader = Reader(database, room.reads(), kafka=told["kafka"], namespace=told["namespace"], session_timeout=1.5)
    await reader.run(asyncio.Event())


if __name__ == "__main__":
    asyncio.run(main(json.loads(sys.argv[1])))
