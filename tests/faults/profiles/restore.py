"""A database set back to an earlier copy while everything else has gone on: one run a service, judged by its own rule.

The copy is PostgreSQL's own (pg_dump of the schema, made under load). 25 s of load later, at rest, the service ends,
the copy is put back, and `baton restore` is run as an operator would. The rule is tests/faults/checker/restored.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.faults.history import Line
from tests.faults.profiles.mixed import Laps, Load, fresh, loaded
from tests.faults.profiles.programs import ended, started, tailed
from tests.faults.profiles.results import Results
from tests.faults.schedule.rest import at_rest
from tests.faults.schedule.run import Summary
from tests.faults.stand.backup import copy_schema, put_back
from tests.faults.stand.layout import Layout
from tests.faults.stand.roles import Role
from tests.faults.stand.stand import Stand, stand
from tests.faults.traffic.network import network
from tests.faults.world import SERVICES

RULE: Final = "tests.faults.checker.restored"
TOLD: Final = "restored.json"
"""In the run's folder: which service, when, and what `baton restore` said."""

LOAD: Final = Load(0, 10)
BEFORE: Final = 20.0
LACKED: Final = 25.0
"""Seconds of work that the copy does not have."""

_REST: Final = 150.0
_CHECK: Final = 600.0


class CommandFailed(RuntimeError):
    """`baton restore` ended with an error; what it said."""


async def restores(seed: int, folder: Path, results: Results) -> None:
    """Every service that has no line in `results` yet."""
    for service in SERVICES:
        name = f"restore {service} {seed}"
        if not results.has(name):
            print(name, flush=True)
            results.add(name, **await _run(service, Layout(fresh(folder, service), seed)))


async def _run(service: str, layout: Layout) -> Line:
    laps = Laps()
    async with set_back(service, layout, laps) as running:
        checker = started(running.world, RULE, str(layout.folder), name="checker")
        code = await ended(checker, running.world, _CHECK, codes=(0, 1, 3))
        laps.lap("check")
    verdict: Line = json.loads((layout.folder / "verdict.json").read_text())
    return verdict | {"seed": layout.seed, "code": code, "laps": laps.took, "faults": {"met": {"restored": 1}}}


@asynccontextmanager
async def set_back(service: str, layout: Layout, laps: Laps) -> AsyncIterator[Stand]:
    """A stand at rest whose `service` was set back and has caught up."""
    copy = layout.folder / "copy.dump"

    async def copied(running: Stand) -> Summary:
        await asyncio.sleep(BEFORE)
        await copy_schema(running.world.administrator, service, copy)
        await asyncio.sleep(LACKED)
        return {}

    async with stand(layout, network(layout.seed)) as running:
        laps.lap("start")
        async with tailed(running.world):
            await loaded(running, LOAD, copied)
            laps.lap("load")
            await at_rest(running.world, _REST)
            laps.lap("rest")
            await _restored(running, service, copy)
            laps.lap("restore")
            await at_rest(running.world, _REST)
            laps.lap("rest again")
        yield running


async def _restored(running: Stand, service: str, copy: Path) -> None:
    """What an operator does, and when it was done."""
    roles: list[Role] = [role for role in running.roles.values() if role.service == service]
    await running.faults.write("fault", fault=1, kind="restored", told={"service": service})
    await asyncio.gather(*(role.terminate() for role in roles))
    await put_back(running.world.administrator, service, copy)
    since, log = time.time(), running.places.log("commands")
    spoken = log.stat().st_size if log.exists() else 0
    code = await running.run_command("restore", service)
    said = log.read_text()[spoken:]
    if code:
        raise CommandFailed(f"baton restore {service} ended with {code}: {said[-2000:]}")
    told = {"service": service, "at": since, "said": said.splitlines()}
    (running.world.folder / TOLD).write_text(json.dumps(told, indent=1))
    for role in roles:
        await role.start()
    for role in roles:
        await role.ready()
    await running.faults.write("healed", fault=1)
