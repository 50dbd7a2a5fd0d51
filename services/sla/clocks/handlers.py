"""What the clocks hear: the life of leads, and the set-up their deadlines follow from."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from contracts.envelope import Fact
from services.chassis.timers import cancel_timers, hold_timers
from services.chassis.work import Work
from services.sla.clocks.rules.episode import judge
from services.sla.clocks.rules.lead import Clocks, hear, unheard_of
from services.sla.clocks.rules.setting import settings_of
from services.sla.clocks.storage import changes, leads, timers
from services.sla.network.storage import about, about_or_placeholders

AT_ONCE: Final = 1000
"""Leads re-timed in the transaction of the change itself, and in each round of the sweep after it."""


async def on_leads(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Start, stop and measure the clocks of these leads; a clock whose network is not known yet waits unarmed."""
    items = await about_or_placeholders(work, _places(facts))
    before = await leads.clocks_for_update(work, {UUID(fact.key) for fact in facts})
    await work.take_time()
    settings, after = settings_of(items), dict(before)
    for fact in facts:
        lead = UUID(fact.key)
        after[lead], said = hear(after.get(lead) or unheard_of(fact), fact, settings)
        work.emit(said, cause=fact)
    await leads.save(work, before, after)
    await timers.follow(work, before, after)


async def on_network(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Arm what waited for these items and re-time what follows from them; the sweep does what is too much at once."""
    if await changes.note_changes(work, facts):
        await _retime(work)


async def retime_clocks(work: Work) -> int:
    """The sweep behind `on_network`: how many leads it went through."""
    found = await _retime(work)
    if not found:
        await changes.forget_changes(work)
    return found


async def on_stop(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """A lead was closed, but its facts are parked: its timers go now. The drain decides the end state."""
    await cancel_timers(work, [timers.KIND], [UUID(fact.key) for fact in facts])


async def on_parked(work: Work, keys: Sequence[str], parked: bool) -> None:
    """Hold the timers of parked leads; let them go when they are healed, set anew where a stop had taken them off."""
    ids = sorted(lead for key in keys if (lead := _lead_id(key)) is not None)
    found = await leads.clocks_for_update(work, ids)
    await leads.park(work, list(found), parked)
    if not parked:
        await timers.set_anew(work, found.values())
    await hold_timers(work, list(found), held=parked)


async def _retime(work: Work) -> int:
    behind = await changes.leads_behind(work, AT_ONCE)
    before = await leads.clocks_free(work, behind) if behind else {}
    if not before:
        return 0
    await work.take_time()
    places = {key for one in before.values() for key in (f"study/{one.lead.study}", f"site/{one.lead.site}")}
    settings = settings_of(await about(work, places))
    after: dict[UUID, Clocks] = {}
    for lead, clocks in before.items():
        told = [judge(episode, settings(clocks.lead.study, clocks.lead.site)) for episode in clocks.episodes]
        after[lead] = Clocks(clocks.lead, tuple(episode for episode, _ in told))
        work.emit([fact for _, said in told for fact in said], is_test=clocks.lead.is_test)
    await leads.save(work, before, after)
    await timers.follow(work, before, after)
    return len(after)


def _places(facts: Sequence[Fact[Any]]) -> set[str]:
    return {key for fact in facts for key in (f"study/{fact.body.study}", f"site/{fact.body.site}")}


def _lead_id(key: str) -> UUID | None:
    """The key as the lead id it must be; a record whose body was unreadable may carry any key."""
    try:
        return UUID(key)
    except ValueError:
        return None
