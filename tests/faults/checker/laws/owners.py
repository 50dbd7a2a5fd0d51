"""One owner per open lead or a named exception; places counted again; nobody over capacity, at no time (R15, R26)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta
from functools import partial
from typing import Any, Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws.rows import both_ways, by
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.models.lead import Lead
from tests.faults.checker.models.routing import Assignment, Stay

GROUP: Final = "owners"
NEVER_OVER: Final = "nobody has more open leads than their capacity, at any time"

WAKES_WITHIN: Final = timedelta(seconds=30)
"""A missed wake-up of the waiting room costs one sweep, 10 s; the rest is for a sweep that failed once."""


def law(evidence: Evidence) -> Iterator[Breach]:
    """All of it."""
    model = folded(evidence)
    for lead in model.routing.leads.values():
        yield from owned(lead)
        yield from _woken(lead, model)
    for assignment in model.routing.assignments:
        yield from _within(assignment, model)
    yield from _never_over(model.routing.stays, model)
    yield from _loads(model)
    yield from _recounted(evidence.tables, model)


def owned(lead: Lead) -> Iterator[Breach]:
    name = "one owner per open lead, or a named exception"
    if lead.open and lead.owner is None and lead.waiting is None and lead.duplicate_of is None:
        yield Breach(name, GROUP, lead.id, "no owner, not waiting, no duplicate")
    if lead.open and lead.owner is not None and lead.waiting is not None:
        yield Breach(name, GROUP, lead.id, f"owned by {lead.owner} and waiting for {lead.waiting}")
    if lead.owner is not None and lead.owner == lead.backup:
        yield Breach("owner and backup are different people", GROUP, lead.id, f"both are {lead.owner}")


def _woken(lead: Lead, model: Folded) -> Iterator[Breach]:
    """Who waits for a place while somebody of the pool has had one for long was forgotten."""
    if not lead.open or lead.waiting != "no_capacity" or lead.opened is None:
        return
    pool = model.network.pool_of(lead.opened[0])
    members = model.network.members(pool) if pool else ()
    for name in members:
        taken, freed = model.places.get(name, (0, None))
        since = max(freed or lead.opened_at or model.last, lead.waiting_since or model.last)
        if taken < model.network.capacity(name) and model.last - since > WAKES_WITHIN:
            says = f"{name} has {taken} of {model.network.capacity(name)} places taken since {since.isoformat()}"
            yield Breach("the waiting room drains itself", GROUP, lead.id, says)
            return


def _within(one: Assignment, model: Folded) -> Iterator[Breach]:
    """What the fact itself says of the owner's places, against the network's own number."""
    if not one.takes_a_place:
        return
    room = model.network.capacity(one.owner)
    if one.load >= one.capacity or one.load >= room:
        says = f"{one.owner} had {one.load} open leads of {one.capacity} (the network says {room})"
        yield Breach("nobody is given a lead over capacity", GROUP, one.lead, says)
    if one.pool and one.owner not in model.network.members(one.pool):
        yield Breach("an owner is of the route's pool", GROUP, one.lead, f"{one.owner} is not in {one.pool}")


def _never_over(stays: Iterable[Stay], model: Folded) -> Iterator[Breach]:
    """The stays that certainly overlapped: each from when its assignment was sent to the time of what freed it."""
    changes: dict[str, list[tuple[float, int]]] = {}
    for stay in stays:
        if stay.until > stay.since:
            changes.setdefault(stay.owner, []).extend(((stay.since, 1), (stay.until, -1)))
    for owner, steps in changes.items():
        open_now = most = 0
        for _, step in sorted(steps):
            open_now += step
            most = max(most, open_now)
        room = model.network.capacity(owner)
        if most > room:
            says = f"{most} leads were open at once, {room} is the most"
            yield Breach(NEVER_OVER, GROUP, owner, says)


def _loads(model: Folded) -> Iterator[Breach]:
    """The counters that were said form one walk: up from what was said, down by what was freed, to what is left.

    Each level below the last load must have been climbed once more than it was left; a level that nobody climbed
    cannot be stood on. A count that was added twice, or not at all, leaves such a hole.
    """
    climbed: dict[str, Counter[int]] = {}
    for one in model.routing.assignments:
        if one.takes_a_place:
            climbed.setdefault(one.owner, Counter())[one.load] += 1
    for owner, levels in climbed.items():
        left, _ = model.places.get(owner, (0, None))
        highest = max(max(levels) + 1, left)
        holes = [level for level in range(highest) if levels[level] < 1]
        if holes:
            says = f"the load went from {holes[0]} to {holes[0] + 1} without an assignment"
            yield Breach("an owner's counter goes up by one with each lead", GROUP, owner, says)


def _recounted(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """Counter rows equal a recount of the leads; the hard limit is the network's."""
    name, table = "counters are what a recount says", tables["routing.staff_load"]
    must = partial(_counter, model)
    yield from both_ways(name, GROUP, "routing.staff_load", model.network.staff, must, by(table, "staff"))
    for row in table:
        if row["open"] > row["hard"]:
            yield Breach(NEVER_OVER, GROUP, row["staff"], f"{row['open']} open, {row['hard']} at most")


def _counter(model: Folded, staff: str) -> dict[str, int]:
    room, weight = model.network.capacity(staff), model.network.weight(staff)
    return {"capacity": room, "weight": weight, "open": model.places.get(staff, (0, None))[0]}
