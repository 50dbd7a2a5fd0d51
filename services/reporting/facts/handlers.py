"""What the facts room hears: everything."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from services.chassis.work import Work
from services.reporting.facts.storage import write_journal


async def on_facts(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keep them."""
    await write_journal(work, facts)
