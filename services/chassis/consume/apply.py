"""One transaction of reading: lock, judge, run the rooms, park, move the cursors. The only way a fact is applied."""

from collections.abc import Sequence, Set

from services.chassis.consume import cursors, parked, tell
from services.chassis.consume.decode import Item
from services.chassis.consume.pause import pause_if_too_many
from services.chassis.consume.plan import Plan, plan
from services.chassis.service import Reads
from services.chassis.work import Work


async def apply(
    work: Work,
    reads: Reads,
    items: Sequence[Item],
    *,
    adopts: Set[int] = frozenset(),
    drain: bool = True,
    hooks: bool = True,
    saves: bool = True,
) -> Plan:
    """Apply what is due and park what is not. Costs 2 statements and those of the rooms while nothing is parked.

    `hooks=False` parks without `on_stop` and `on_parked`, after one of them has failed for good. `saves=False` leaves
    the moved cursors to `position.move` (a statement less); they must be written before this work ends.
    """
    stream = reads.stream
    locked = await cursors.lock(work, stream.name, (item.key for item in items))
    held = [key for key, cursor in locked.items() if cursor.parked]
    rows = await parked.load(work, stream, held) if held else {}
    made = plan(items, locked, rows, order=stream.order, adopts=adopts, drain=drain)
    made.saves = saves
    await carry_out(work, reads, made, hooks=hooks)
    return made


async def carry_out(work: Work, reads: Reads, made: Plan, *, hooks: bool = True) -> None:
    """Do what the plan says, in the house's lock order: rooms first, then our own rows."""
    stream = reads.stream
    if made.due:
        facts = [item.fact for item in made.due]
        for handler in reads.handlers:
            await handler(work, facts)
    if made.unpark:
        await parked.remove(work, stream, made.unpark)
    if made.park:
        await parked.add(work, stream, made.park)
    if hooks:
        await _tell_rooms(work, reads, made)
    if made.cursors and made.saves:
        await cursors.save(work, stream.name, made.cursors)
    if made.poison:
        made.paused = await pause_if_too_many(work, stream)
    work.after_commit(lambda: tell.outcome(work.service, stream.name, made))


async def _tell_rooms(work: Work, reads: Reads, made: Plan) -> None:
    if reads.on_stop and made.stops:
        await reads.on_stop(work, [item.fact for item in made.stops])
    if reads.on_parked:
        # Of a key that went on and stays parked the rooms may have met the first fact just now: what they made of it
        # (a lead, its timers) is to be held as well, or an alert overtakes the answer that is still parked (P9).
        still = {item.key for item in made.due if item.key in made.cursors and made.cursors[item.key].parked}
        if held := sorted(still.union(made.parked_now)):
            await reads.on_parked(work, held, True)
        if made.healed:
            await reads.on_parked(work, made.healed, False)
