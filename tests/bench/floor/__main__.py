"""`python -m tests.bench.floor '{...}'`: the loop as a program of its own; prints what it measured as JSON."""

import asyncio
import json
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import asyncpg
import uvloop

from tests.bench.floor.loop import BATCH, Loop
from tests.bench.floor.rows import Tables, likenesses
from tests.bench.floor.shapes import BARE, WHOLE
from tests.bench.floor.statements import MAKE_LOADS, WAYS
from tests.bench.floor.wire import Wire
from tests.bench.sample import Sample
from tests.bench.servers import plain
from tests.place import Place

_STALLED: Final = 60.0


@dataclass(frozen=True)
class Order:
    """What to run. `paced`: (rate per second, seconds) after `count` went through as fast as they can."""

    namespace: str
    kafka: str
    administrator: str
    sample: str
    whole: bool
    warm: int
    count: int
    paced: Sequence[tuple[int, float]]
    seed: int
    commit_times: bool


@dataclass
class Measured:
    """Seconds, and processor seconds of this process, that `count` took; seconds of every paced lead by rate."""

    took: float = 0.0
    cpu: float = 0.0
    paced: dict[str, list[float]] = field(default_factory=dict)


class Stalled(RuntimeError):
    """Nothing came out of the loop for a minute."""


def ids(seed: int) -> Iterator[UUID]:
    """UUIDv7-like: ordered in time, as PostgreSQL's are, so that an index grows at its end."""
    turn = random.Random(seed)
    while True:
        stamp = time.time_ns() // 1_000_000
        yield UUID(int=(stamp << 80) | (7 << 76) | (turn.getrandbits(12) << 64) | (2 << 62) | turn.getrandbits(62))


async def measure(order: Order) -> Measured:
    """Everything that was ordered, on a fresh place."""
    place = Place(order.namespace, order.kafka, order.administrator, {})
    sample = Sample.load(Path(order.sample))
    admin = await asyncpg.connect(plain(order.administrator))
    wire = Wire(sample, whole=order.whole)
    tables = Tables(await likenesses(admin, sample), sample, wire)
    await admin.execute(MAKE_LOADS)
    loop = Loop(place, WHOLE if order.whole else BARE, wire, tables)
    new, measured = ids(order.seed), Measured()
    running = asyncio.create_task(loop.run())
    await _through(loop, running, new, order.warm)
    cpu = time.process_time()
    measured.took = await _through(loop, running, new, order.count)
    measured.cpu = time.process_time() - cpu
    for rate, seconds in order.paced:
        times = await _paced(loop, running, new, rate, seconds, order.seed)
        rows = await admin.fetch(WAYS, list(times)) if order.commit_times else []
        measured.paced[str(rate)] = [row["took"] for row in rows] if order.commit_times else list(times.values())
    running.cancel()
    await asyncio.wait({running})
    await admin.close()
    return measured


async def _through(loop: Loop, running: "asyncio.Task[None]", new: Iterator[UUID], count: int) -> float:
    """Seconds from the first accept to the last that came out."""
    leads = [next(new) for _ in range(count)]
    await loop.accept(leads[:1])
    began = time.perf_counter()
    for first in range(1, count, BATCH):
        await loop.accept(leads[first : first + BATCH])
    await _until_out(loop, running, leads)
    return max((loop.ended[lead] for lead in leads), default=began) - began


async def _paced(
    loop: Loop, running: "asyncio.Task[None]", new: Iterator[UUID], rate: int, seconds: float, seed: int
) -> dict[UUID, float]:
    """Seconds from the accept's commit to the end, of single leads that arrive as Poisson says."""
    turn, due = random.Random(seed), time.perf_counter()
    accepted: dict[UUID, float] = {}
    for _ in range(int(rate * seconds)):
        due += turn.expovariate(rate)
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        lead = next(new)
        await loop.accept([lead])
        accepted[lead] = time.perf_counter()
    await _until_out(loop, running, list(accepted))
    return {lead: loop.ended[lead] - at for lead, at in accepted.items()}


async def _until_out(loop: Loop, running: "asyncio.Task[None]", leads: Sequence[UUID]) -> None:
    seen, moved = -1, time.monotonic()
    while not all(lead in loop.ended for lead in reversed(leads)):
        if running.done():
            running.result()
        if len(loop.ended) != seen:
            seen, moved = len(loop.ended), time.monotonic()
        if time.monotonic() - moved > _STALLED:
            raise Stalled(f"{seen} came out")
        await asyncio.sleep(0.02)


def main() -> None:
    """What the first argument orders."""
    told: dict[str, Any] = json.loads(sys.argv[1])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(vars(runner.run(measure(Order(**told))))))


if __name__ == "__main__":
    main()
