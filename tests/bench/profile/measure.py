"""`python -m tests.bench profile`: the same load on everything in one process, then on a process a role."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.local.addresses import Say
from tests.bench.baton import Baton, Running
from tests.bench.machine import listener, seconds_of
from tests.bench.place import a_place, admin_of
from tests.bench.plan import Plan
from tests.bench.profile.sessions import between, sessions
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.bench.whole.stand import Stand

_SHOWN: Final = 40
_WRITTEN_WITHIN: Final = 10.0


async def profile(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """Processor milliseconds a referral by process and session; stacks by share."""
    here = folder / "profile"
    here.mkdir()
    argv = (sys.executable, "-m", "tests.bench.profile.sampled", str(here), "serve")
    async with a_place(servers) as place, admin_of(place) as admin:
        stand = Stand(servers, place, admin, Baton(place, here, argv=argv), plan)
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
            await _profiled(stand, results, "one process", {"serve all": running}, running)
        async with stand.baton.apart() as processes:
            await stand.offer(processes["intake.api"], plan.warm)
            await stand.all_reported()
            await _profiled(stand, results, "a process a role", processes, processes["intake.api"])


async def _profiled(stand: Stand, results: Results, name: str, processes: Mapping[str, Running], door: Running) -> None:
    kafka = listener(int(stand.servers.kafka.rpartition(":")[2]))
    ours = {who: running.pid for who, running in processes.items()} | dict(zip(("kafka",), kafka, strict=False))
    for running in processes.values():
        os.kill(running.pid, signal.SIGUSR1)
    before, sessions_before = {who: seconds_of(pid) for who, pid in ours.items()}, await sessions(stand.admin)
    done = await stand.offer(door, stand.plan.offered)
    await stand.all_reported()
    spent = between(sessions_before, await sessions(stand.admin))
    spent |= {who: seconds_of(pid) - before[who] for who, pid in ours.items()} | {"load": done.cpu}
    count = stand.plan.offered
    results.note(f"profile, {name}", _told(spent, count, done.accepted / done.took))
    for who, running in processes.items():
        samples = await _samples(stand.baton.folder, running)
        for part in ("kinds", "leaves", "ours"):
            results.note(f"profile, {name}, {who}, {part}", _shares(samples[part]))


async def _samples(folder: Path, running: Running) -> dict[str, Any]:
    file = folder / f"{running.pid}.json"
    file.unlink(missing_ok=True)
    os.kill(running.pid, signal.SIGUSR2)
    async with asyncio.timeout(_WRITTEN_WITHIN):
        while not file.exists():
            await asyncio.sleep(0.05)
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _told(spent: Mapping[str, float], count: int, rate: float) -> str:
    """Lines of milliseconds a referral, the dearest first, and what that allows on this machine at most."""
    total = sum(spent.values())
    cores = os.cpu_count() or 1
    dearest = sorted(spent.items(), key=lambda one: -one[1])
    lines = [f"\n  {1000 * seconds / count:7.3f} ms  {who}" for who, seconds in dearest]
    most = f"{cores} cores allow {cores * count / total:.0f}/s"
    head = f"{1000 * total / count:.2f} ms of processor a referral at {rate:.0f}/s; {most}"
    return head + "".join(lines)


def _shares(counts: Mapping[str, int]) -> str:
    total = sum(counts.values()) or 1
    return "".join(f"\n  {100 * n / total:5.1f} %  {what}" for what, n in Counter(counts).most_common(_SHOWN))
