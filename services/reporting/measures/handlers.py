"""What the measures room hears: everything that counts for something."""

from collections.abc import Sequence
from typing import Any

from contracts.envelope import Fact
from services.chassis.work import Work
from services.reporting.measures.rules import fold
from services.reporting.measures.storage import add


async def on_facts(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Add what they count for, inside the cursor's transaction: a replay adds nothing."""
    await add(work, fold(facts))
