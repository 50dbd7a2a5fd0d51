"""An operator at work: what `baton parked retry` and `drop` do, all repairs of a round in one process of their own.

Run as a program it reads repairs as JSON lines and does each; importing the stack takes seconds of CPU, so it is
started once a round and not once a lead.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import asyncpg

from tests.faults.away import DATABASE_AWAY
from tests.faults.world import SERVICES, World

PATIENCE: Final = 240.0
"""Seconds an operator goes on mending: servers may be away meanwhile."""

_ASKS: Final = 15
_BETWEEN: Final = 2.0
_ENDS_WITHIN: Final = 90.0


@dataclass(frozen=True, slots=True)
class Repair:
    """One `baton parked retry|drop SERVICE STREAM KEY [VERSION]`."""

    do: str
    service: str
    stream: str
    key: str
    version: int | None = None


@dataclass
class Mender:
    """Repairs until they have taken: servers may be away meanwhile."""

    world: World
    log: Path

    async def parked(self, repairs: Sequence[Repair]) -> list[Repair]:
        """Those of which something waits for repair now; servers that are away are waited for, a while."""
        wanted = {repair.service for repair in repairs}
        for _ in range(_ASKS):
            try:
                found = await self._ask(wanted)
            except DATABASE_AWAY:
                await asyncio.sleep(_BETWEEN)
            else:
                return [repair for repair in repairs if (repair.service, repair.stream, repair.key) in found]
        return list(repairs)

    async def mend(self, repairs: Sequence[Repair], within: float = PATIENCE) -> list[Repair]:
        """Do them all; those of which something is parked still after so many seconds."""
        left, ends = list(repairs), time.monotonic() + within
        while left := await self.parked(left):
            if time.monotonic() > ends:
                break
            await self._run(left)
        return left

    async def _ask(self, services: Set[str]) -> set[tuple[str, str, str]]:
        """(service, stream, key) of everything parked in these services."""
        connection = await asyncpg.connect(self.world.administrator.replace("+asyncpg", ""), timeout=5)
        try:
            return {
                (service, row["stream"], row["key"])
                for service in services
                for row in await connection.fetch(f"select distinct stream, key from {service}.parked", timeout=5)
            }
        finally:
            connection.terminate()

    async def _run(self, repairs: Sequence[Repair]) -> None:
        """One process for all of them. One that hangs, because a server does, is ended; what is left is tried again."""
        lines = "".join(json.dumps(asdict(repair)) + "\n" for repair in repairs)
        with self.log.open("ab") as out:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-m", __name__,
                stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out, env=environment(self.world),
            )  # fmt: skip
        try:
            await asyncio.wait_for(child.communicate(lines.encode()), _ENDS_WITHIN)
        except TimeoutError:
            await asyncio.sleep(_BETWEEN)
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()


def environment(world: World) -> dict[str, str]:
    """What `baton` is told as an operator of this world."""
    told = {name: value for name, value in os.environ.items() if not name.startswith(("BATON_", "OTEL_"))}
    told |= {f"BATON_{service.upper()}_DATABASE_URL": world.databases[service] for service in SERVICES}
    return told | {
        "BATON_KAFKA": world.kafka,
        "BATON_NAMESPACE": world.namespace,
        "BATON_KEYS_DIR": str(world.keys),
        "BATON_HOME": str(world.folder),
    }


async def _do(repair: Repair) -> str:
    from services.cli.parked_mend import mending, retry_keys

    said: list[str] = []
    if repair.do == "drop":
        async with mending(repair.service, repair.stream) as mend:
            mended = await mend.drop(repair.key, repair.version or 0)
            said.append(f"{mended.applied} applied, {mended.left} left")
    else:
        await retry_keys(
            repair.service,
            repair.stream,
            repair.key,
            lambda _, mended: said.append(f"{mended.applied} applied, {mended.left} left, {mended.why} {mended.error}"),
        )
    return ", ".join(said)


async def _all() -> None:
    for line in sys.stdin:
        repair = Repair(**json.loads(line))
        try:
            says = await _do(repair)
        except Exception as error:  # told in the log; whether it took is read from the tables
            says = f"{type(error).__name__}: {error}"
        print(f"{repair.do} {repair.service} {repair.stream} {repair.key}: {says}", flush=True)


if __name__ == "__main__":
    asyncio.run(_all())
