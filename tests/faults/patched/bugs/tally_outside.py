"""Reports are added up in a transaction of their own, beside the one that moves the cursor."""

from collections.abc import Sequence
from contextvars import ContextVar
from typing import Any

from contracts.envelope import Fact
from services.chassis.consume.assignment import Polled
from services.chassis.consume.poll import Polls
from services.chassis.database import Database
from services.chassis.work import Work
from services.reporting.measures import handlers
from services.reporting.measures.rules import fold
from services.reporting.measures.storage import add
from tests.faults.patched.patching import patch

_DATABASE: ContextVar[Database] = ContextVar("database")


def plant() -> None:
    """In the measures room; the database it needs for that is its reader's."""
    once = Polls._once

    async def _once(self: Polls, polled: Polled) -> None:
        _DATABASE.set(self._database)
        await once(self, polled)

    patch(Polls, "_once", _once)
    patch(handlers, "on_facts", _on_facts)


async def _on_facts(work: Work, facts: Sequence[Fact[Any]]) -> None:
    async with _DATABASE.get().work(work.actor) as own:
        await add(own, fold(facts))
