"""`python -m tests.bench described`: 2,000 cases of every operation; an answer that is not described ends the run."""

import asyncio
from pathlib import Path
from typing import Final

from schemathesis.core.failures import FailureGroup

from deploy.local.addresses import Say
from tests.bench.place import a_place
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.servers import Servers
from tests.journeys.described.cases import operations, try_out
from tests.journeys.described.stand import a_stand

CASES: Final = 2_000
QUICK: Final = 20


async def described(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """Every operation with cases that the seed decides.

    Raises:
        RuntimeError: some answers were none of those described; which, was said.
    """
    cases, wrong = QUICK if plan.quick else CASES, list[str]()
    async with a_place(servers) as place, a_stand(place, folder) as stand:
        for service, operation in operations(stand):
            try:
                seen = await try_out(stand, service, operation, cases, seed=plan.seed)
            except FailureGroup as found:
                wrong.append(operation.label)
                say(f"{operation.label}: {found}")
            else:
                counted = ", ".join(f"{status} x {n}" for status, n in sorted(seen.items()))
                say(f"{operation.label}: {counted}")
                results.add(f"described.{operation.label}", "cases", sum(seen.values()))
                results.note(f"described.{operation.label}", counted)
            await asyncio.sleep(0)
    if wrong:
        raise RuntimeError(f"not as described: {', '.join(wrong)}")
