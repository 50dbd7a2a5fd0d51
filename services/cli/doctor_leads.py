"""Accepted = opened = reported: the same leads in every service that counts them, shard by shard."""

from collections.abc import Sequence
from typing import Final

from contracts.streams import PARTITIONS
from services.chassis.process.world import Serving
from services.chassis.service import Breach
from services.cli.doctor_laws import ACTOR, MOST, Verdict

LAW: Final = "accepted = leads = reported"


async def leads_agree(world: Sequence[Serving]) -> Verdict:
    """Each lead is known to all services that count leads; one that is missing somewhere is named."""
    checked = 0
    broken: list[Breach] = []
    for shard in range(PARTITIONS):
        known = await _known(world, shard)
        every = set().union(*known.values())
        checked += len(every)
        for lead in sorted(every):
            missing = [name for name, leads in known.items() if lead not in leads]
            if missing and len(broken) < MOST:
                broken.append(Breach(LAW, lead, f"is not known to {', '.join(missing)}"))
    return Verdict(LAW, checked, broken)


async def _known(world: Sequence[Serving], shard: int) -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for one in world:
        count = one.service.census.leads
        if count is not None:
            async with one.parts.database.work(ACTOR) as work:
                known[one.name] = await count(work, shard)
    return known
