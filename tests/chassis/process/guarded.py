"""A process under guard that misbehaves as told: `guarded MODE DRAIN BLOCKED`."""

import asyncio
import hashlib
import sys
import time

from services.chassis.process.guard import Guard


async def main(mode: str, guard: Guard) -> None:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    guard.start(lambda: loop.call_soon_threadsafe(stop.set))
    guard.tick()
    print("running", flush=True)
    if mode == "blocks":
        time.sleep(3600)  # noqa: ASYNC251 - the fault under test
    elif mode == "blocks_in_c":
        hashlib.pbkdf2_hmac("sha256", b"", b"", 2**31 - 1)
    elif mode == "ignores":
        await asyncio.sleep(3600)
    while not stop.is_set():
        guard.tick()
        await asyncio.sleep(0.1)
    print("told", flush=True)


if __name__ == "__main__":
    Guard.block_signals()
    asyncio.run(main(sys.argv[1], Guard(drain=float(sys.argv[2]), blocked=float(sys.argv[3]))))
