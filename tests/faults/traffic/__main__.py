"""`python -m tests.faults.traffic FOLDER --count N --rate R --seed S [--desk] [--until-file PATH]`.

Refers N people to the stack that FOLDER/world.json describes, and says in FOLDER/history.jsonl what was asked and
answered. It ends when everything is answered for good and, with a desk, when PATH is there (without PATH: when the
desk has nothing left to do). SIGTERM ends it cleanly. Exit code 1: something was never answered.
"""

import argparse
import asyncio
import json
import signal
from pathlib import Path

import uvloop

from tests.faults.history import History
from tests.faults.traffic.partner import IN_FLIGHT
from tests.faults.traffic.plan import Weights
from tests.faults.traffic.program import Told, Traffic
from tests.faults.world import World


async def run(folder: Path, told: Told) -> int:
    """The exit code."""
    world = World.load(folder)
    with History(world.history) as history:
        traffic = Traffic(world, history, told)
        loop = asyncio.get_running_loop()
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, traffic.stop)
        settled = await traffic.run()
    print(json.dumps(traffic.counts(), indent=1), flush=True)
    return 0 if settled or traffic.stopped else 1


def main() -> None:
    """Read the flags and run."""
    flags = argparse.ArgumentParser(prog="python -m tests.faults.traffic", description="The workload of a fault run")
    flags.add_argument("folder", type=Path)
    flags.add_argument("--count", type=int, required=True, help="leads to be made")
    flags.add_argument("--rate", type=float, required=True, help="referrals offered per second")
    flags.add_argument("--seed", type=int, required=True)
    flags.add_argument("--desk", action="store_true", help="coordinators work, too")
    flags.add_argument("--until-file", type=Path, help="the desk works on until this file is there")
    flags.add_argument("--linger", type=float, default=120.0, help="seconds the desk has to finish")
    flags.add_argument("--poison", type=float, default=0.0, help="seconds between two rounds of poison; 0: none")
    flags.add_argument("--arm", type=Path, help="the launcher's folder (FOLDER/arm)")
    flags.add_argument("--in-flight", type=int, default=IN_FLIGHT)
    flags.add_argument("--weights", type=json.loads, default={}, help='as JSON: {"copies": 0.01, "at_once": 20, ...}')
    given = flags.parse_args()
    told = Told(
        count=given.count,
        rate=given.rate,
        seed=given.seed,
        desk=given.desk,
        until=given.until_file,
        linger=given.linger,
        poison=given.poison,
        weights=Weights(**given.weights),
        in_flight=given.in_flight,
        arm=given.arm,
    )
    raise SystemExit(uvloop.run(run(given.folder, told)))


if __name__ == "__main__":
    main()
