"""What the staff room hears: who works here and how much they can take."""

from collections.abc import Sequence
from typing import Any, cast

from contracts.envelope import Fact
from contracts.network.facts import StaffDefined
from services.chassis.work import Work
from services.routing.staff import storage


async def on_network(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keep a counter row for every staff member."""
    staff = [cast(Fact[StaffDefined], fact) for fact in facts if isinstance(fact.body, StaffDefined)]
    await storage.define(work, staff)
