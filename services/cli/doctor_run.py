"""One examination: wait for rest, then judge."""

import time
from collections.abc import Sequence

from services.chassis.process.world import Serving, build_all, close_all
from services.chassis.settings import Settings
from services.cli.doctor_laws import Verdict
from services.cli.doctor_leads import leads_agree
from services.cli.doctor_places import own_laws, places
from services.cli.doctor_rest import at_rest, said
from services.cli.doctor_streams import streams_agree
from services.cli.here import settings_here
from services.cli.names import SERVICES


async def diagnose(wait: float, settings: Settings | None = None) -> list[Verdict]:
    """Every law of the house, judged once nothing is under way, or after `wait` seconds all the same."""
    told = settings or settings_here()
    world = build_all(SERVICES, told)
    try:
        return await examine(world, told.bootstrap(), told.namespace, wait)
    finally:
        await close_all(world)


async def examine(world: Sequence[Serving], kafka: str, namespace: str, wait: float) -> list[Verdict]:
    """The same for services that are built already.

    Services are asked one after the other: a law that seems broken while facts were said meanwhile is judged again.
    """
    deadline = time.monotonic() + wait
    while True:
        resting = await at_rest(world, kafka, namespace, max(0.0, deadline - time.monotonic()))
        before = await said(world)
        verdicts = [*await streams_agree(world), await leads_agree(world), *await places(world), *await own_laws(world)]
        seems_broken = any(one.broken for one in verdicts)
        if resting.broken or not seems_broken or await said(world) == before or time.monotonic() > deadline:
            return [resting, *verdicts]
