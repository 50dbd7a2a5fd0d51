"""The waiting room drains itself: when a slot frees, when the network changes, and by a sweep (R26)."""

from collections.abc import Sequence
from typing import Final

from contracts.network.facts import PoolDefined
from contracts.vocabulary import AssignReason
from services.chassis.work import Work
from services.routing.leads.rules.desk import in_turn
from services.routing.leads.rules.lead import Lead
from services.routing.leads.rules.withdrawing import was_taken_back
from services.routing.leads.storage.desk import COPIES, load_desk, save_desk
from services.routing.leads.storage.leads import (
    leads_as_they_are,
    orphans_for_update,
    waiting_anywhere_for_update,
    waiting_for_update,
)
from services.routing.staff.storage import loads_for_update, save_loads

AT_ONCE: Final = 200
"""leads tried in one transaction; the sweep takes the rest"""

OF_A_ROOM: Final = 20
"""of them, those of one waiting room"""


async def drain(work: Work, *, reason: AssignReason) -> int:
    """Place who can be placed now, wherever they wait; how many found an owner."""
    return await _place(work, await waiting_anywhere_for_update(work, each=OF_A_ROOM, limit=AT_ONCE), reason)


async def _place(work: Work, found: Sequence[Lead], reason: AssignReason) -> int:
    waiting = {lead.id: lead for lead in found}
    if not waiting:
        return 0
    desk = await load_desk(work, waiting, to_check=())
    at = await work.take_time()
    for lead in in_turn(waiting.values()):
        said = desk.place(lead, at, reason=reason)
        work.emit(said, is_test=lead.is_test)
    await save_desk(work, desk, before=waiting)
    return len(desk.choices)


async def free_place(work: Work, lead: Lead, *, reason: AssignReason) -> None:
    """A lead no longer takes its owner's place: count it off, and give the place to who waits for that pool.

    The counters of the whole pool are locked together and in order, so two who close at once never wait crosswise.
    """
    if lead.owner is None:
        return
    pools = await COPIES.present(work, [f"pool/{lead.pool}"])
    members = {name for body in pools.values() if isinstance(body, PoolDefined) for name in body.members}
    loads = await loads_for_update(work, {lead.owner, *members})
    if lead.owner in loads:
        await save_loads(work, [loads[lead.owner].with_one_less()])
    if lead.pool:
        await _place(work, await waiting_for_update(work, pools=[lead.pool], limit=1), reason)


async def drain_all(work: Work) -> int:
    """The sweep of every waiting room: a missed wake-up costs seconds."""
    return await drain(work, reason=AssignReason.SLOT_FREED)


async def follow_primaries(work: Work) -> int:
    """Give confirmed duplicates their primary's owner, when it came or changed later; free those of one taken back."""
    orphans = {lead.id: lead for lead in await orphans_for_update(work, AT_ONCE)}
    if not orphans:
        return 0
    roots = await leads_as_they_are(work, {lead.duplicate_of for lead in orphans.values() if lead.duplicate_of})
    under = {lead.id: roots[lead.duplicate_of] for lead in orphans.values() if lead.duplicate_of in roots}
    free = [lead for lead, root in under.items() if was_taken_back(root)]
    desk = await load_desk(work, orphans, to_check=free)
    at = await work.take_time()
    said = desk.release(free, at)
    said |= {id: desk.follow(desk.leads[id], root, at) for id, root in under.items() if id not in said}
    for id, facts in said.items():
        work.emit(facts, is_test=orphans[id].is_test)
    await save_desk(work, desk, before=orphans)
    return len(orphans)
