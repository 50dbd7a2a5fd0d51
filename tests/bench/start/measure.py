"""Start-up times and memory: everything in one process, each role over all services, each process of a deployment."""

import asyncio
import os
import signal
import sys
import time
from pathlib import Path
from typing import Final

from deploy.local.addresses import Say
from deploy.local.places import cache_folder
from deploy.local.ports import free_port
from services.chassis.process.run import ROLES
from tests.bench.baton import APART
from tests.bench.machine import memory_mb
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.whole.stand import Stand, a_stand

_UP_WITHIN: Final = 180.0


class DidNotRun(RuntimeError):
    """A command of ours failed; its last words."""


async def start(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """On a place that has its network, each several times; then `baton up` in a folder that was up before."""
    async with a_stand(servers, plan, folder / "start") as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
        for _ in range(plan.repetitions):
            await _one(stand, results, "serve all", "all")
        if not plan.quick:
            for role in ROLES:
                await _one(stand, results, f"serve all --role {role}", "all", "--role", role)
            for service, roles in APART.items():
                for role in roles:
                    await _one(stand, results, f"{service}.{role}", service, "--role", role)
    say("baton up")
    await _up(plan, results, folder / "up")


async def _one(stand: Stand, results: Results, name: str, *what: str) -> None:
    async with stand.baton.serving(*what) as running:
        results.add(f"start.{name}", "s", running.took)
        await asyncio.sleep(1)
        results.add(f"memory.{name}, idle", "MB", memory_mb(running.pid))


async def _up(plan: Plan, results: Results, home: Path) -> None:
    """`make up` is this and make's look at one stamp file."""
    home.mkdir(parents=True)
    ports = (free_port(), free_port())
    told = {name: value for name, value in os.environ.items() if not name.startswith("BATON_")}
    told |= {
        "BATON_HOME": str(home),
        "BATON_CACHE": str(cache_folder(os.environ, Path(".baton").absolute())),
        "BATON_HTTP": f"127.0.0.1:{ports[0]}",
        "BATON_ADMIN_HTTP": f"127.0.0.1:{ports[1]}",
    }
    try:
        for name in ("first", *("warm" for _ in range(plan.repetitions))):
            results.add(f"start.make up, {name}", "s", await _baton("up", told))
            await _baton("down", told)
    finally:
        await _baton("down", told)


async def _baton(verb: str, told: dict[str, str]) -> float:
    """Seconds that a verb takes."""
    began = time.perf_counter()
    argv = (sys.executable, "-m", "services.cli", verb)
    log = Path(told["BATON_HOME"]) / f"{verb}.txt"
    with log.open("wb") as out:  # no pipe: what `up` leaves running would hold it open
        process = await asyncio.create_subprocess_exec(*argv, env=told, stdout=out, stderr=out)
        try:
            code = await asyncio.wait_for(process.wait(), _UP_WITHIN)
        except TimeoutError:
            process.send_signal(signal.SIGKILL)
            code = await process.wait()
    if code:
        raise DidNotRun(log.read_text(errors="replace")[-2000:])
    return time.perf_counter() - began
