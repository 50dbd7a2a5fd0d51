"""`python -m tests.bench [what ...]`, behind `make bench`: every figure of numbers.md, beside its peers, in one run.

what: race (throughput and latency of Baton, floor and textbook), doors (intake alone), timers, growth, start,
assignment, reporting; all of them unless named. Only when named: `profile` says where the time goes, `described` tries
out the API, `tokens` says how well duplicates are found (FEBRL).
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final

import asyncpg
from rich.console import Console

from deploy.local.addresses import Say
from tests.bench.assignment.measure import assignment
from tests.bench.described.measure import described
from tests.bench.doors.measure import doors
from tests.bench.goals import void_because
from tests.bench.growth.measure import growth
from tests.bench.machine import about_machine, about_postgres
from tests.bench.plan import Plan, plan
from tests.bench.profile.measure import profile
from tests.bench.race import race
from tests.bench.reporting.measure import reporting
from tests.bench.results import Results
from tests.bench.servers import Servers, plain, servers
from tests.bench.start.measure import start
from tests.bench.table import print_results
from tests.bench.timers.measure import timers
from tests.bench.tokens.measure import tokens

Part = Callable[[Servers, Plan, Results, Path, Say], Coroutine[Any, Any, None]]

PARTS: Final[dict[str, Part]] = {
    "race": race,
    "doors": doors,
    "timers": timers,
    "growth": growth,
    "reporting": reporting,
    "assignment": assignment,
    "start": start,
}
APART: Final[dict[str, Part]] = {"profile": profile, "described": described, "tokens": tokens}


def main() -> int:
    """0 when everything ran, whatever it measured; 2 when the run is void."""
    told = _arguments()
    signal.signal(signal.SIGTERM, _end)  # as Ctrl-C: everything that was started is ended, every place taken away
    wanted = told.what or list(PARTS)
    made = plan(quick=told.quick, seed=told.seed, repetitions=told.repetitions)
    when = datetime.now(UTC)
    out = told.out or Path(f".baton/bench/{when:%Y%m%dT%H%M%SZ}.json")
    results = Results(out, {"date": when.isoformat(), "plan": vars(made), "machine": about_machine()})
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", file=sys.stderr, flush=True)

    with servers(say) as where, tempfile.TemporaryDirectory(prefix="baton-bench-") as folder:
        results.about |= {"own_servers": where.own, "postgres": asyncio.run(_postgres(where))}
        for name in wanted:
            say(name)
            asyncio.run((PARTS | APART)[name](where, made, results, Path(folder), say))
    void = void_because({name: figure.series for name, figure in results.figures.items()})
    results.save(took_s=round(time.monotonic() - began), void=void)
    print_results(results, Console(width=150))
    print(f"written: {out}")
    return 2 if void and not made.quick else 0


def _end(number: int, _frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


async def _postgres(where: Servers) -> dict[str, str]:
    connection = await asyncpg.connect(plain(where.administrator))
    try:
        return await about_postgres(connection)
    finally:
        await connection.close()


def _arguments() -> Any:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("what", nargs="*", metavar="WHAT", help="default: all but those that run only when named")
    parser.add_argument("--out", type=Path, help="the result file; default .baton/bench/<time>.json")
    parser.add_argument("--quick", action="store_true", help="about a minute: shows that it works, measures nothing")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repetitions", type=int, help="of what is compared; default 3")
    told = parser.parse_args()
    if unknown := set(told.what) - PARTS.keys() - APART.keys():
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join([*PARTS, *APART])}")
    return told


if __name__ == "__main__":
    sys.exit(main())
