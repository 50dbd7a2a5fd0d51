"""What the duplicates room hears: tokens, often before the lead itself."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from services.chassis.work import Work
from services.routing.duplicates import storage


async def on_tokens(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keep them; the leads room compares them as soon as it knows the lead."""
    await storage.store_tokens(work, facts)
