"""What alerts hear: after the clocks, in the same work, whatever ended, changed hands or can be addressed now."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from contracts.envelope import Fact
from contracts.network.facts import StaffDefined
from services.chassis.work import Work
from services.sla.alerts.rules import Settled, settle
from services.sla.alerts.storage import alerts
from services.sla.channels.storage import withdraw_all
from services.sla.clocks.rules.lead import Clocks
from services.sla.clocks.storage.leads import clocks_as_they_are, clocks_free
from services.sla.network.storage import stand_ins

AT_ONCE: Final = 500
"""Leads whose waiting level is addressed in one transaction."""


async def on_leads(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Withdraw what was answered, address to the new owner what changed hands. The clocks have heard these facts, hold
    the leads locked and have taken the time.
    """
    causes = {UUID(fact.key): fact for fact in facts}
    leads = await alerts.concerned(work, causes)
    if leads:
        settled = await _settled(work, await clocks_as_they_are(work, leads))
        for lead, one in settled.items():
            work.emit(one.said(), cause=causes[lead])
        await alerts.save(work, settled.values())


async def on_network(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Staff arrived: perhaps somebody is accountable now."""
    if any(isinstance(fact.body, StaffDefined) for fact in facts):
        await address(work)


async def address(work: Work) -> int:
    """The sweep behind it: raise what could not be raised, since nobody was accountable; how many leads it settled."""
    waiting = await alerts.unaddressed(work, AT_ONCE)
    clocks = await clocks_free(work, waiting) if waiting else {}
    if not clocks:
        return 0
    await work.take_time()
    settled = await _settled(work, clocks)
    for lead, one in settled.items():
        work.emit(one.said(), is_test=clocks[lead].lead.is_test)
    await alerts.save(work, settled.values())
    return sum(bool(one.raised) for one in settled.values())


async def on_stop(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """A lead was closed, but its facts are parked: nobody is told anything more. The drain decides the end state."""
    await withdraw_all(work, [UUID(fact.key) for fact in facts])


async def _settled(work: Work, clocks: Mapping[UUID, Clocks]) -> dict[UUID, Settled]:
    known = await alerts.open_alerts(work, clocks)
    stands_in = await stand_ins(work, _sites_without_owner(clocks.values()))
    return {
        lead: settle(one, known.get(lead, []), stands_in.get(one.lead.site), at=work.at) for lead, one in clocks.items()
    }


def _sites_without_owner(clocks: Collection[Clocks]) -> set[str]:
    return {one.lead.site for one in clocks if one.lead.owner is None}
