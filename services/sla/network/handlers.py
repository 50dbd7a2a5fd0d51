"""What the network room hears: the set-up, kept whole."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from services.chassis.work import Work
from services.sla.network.storage import COPIES


async def on_network(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keep the newest state of every item."""
    await COPIES.store(work, facts)
