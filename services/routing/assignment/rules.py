"""Who takes a lead: the pool's member with capacity whose turn it is, and a different backup (R15, R26)."""

from collections.abc import Mapping
from dataclasses import dataclass

from contracts.network.facts import PoolDefined, RouteDefined
from contracts.vocabulary import AssignReason, WaitingReason
from services.routing.staff.rules import Load, catch_up


@dataclass(frozen=True, slots=True)
class Choice:
    """An owner, a backup, and why: the explanation that is kept and said."""

    owner: str
    backup: str
    pool: str
    reason: AssignReason
    load: int
    capacity: int
    candidates: int


def choose_owner(
    route: RouteDefined | None,
    pool: PoolDefined | None,
    loads: Mapping[str, Load],
    *,
    reason: AssignReason = AssignReason.LEAST_LOADED,
    counts: bool = True,
) -> Choice | WaitingReason:
    """An owner with room and the least virtual time, or why nobody can take the lead now.

    `counts=False` is test traffic: it takes no capacity, so a full pool may still own it (R21).
    """
    if route is None or pool is None:
        return WaitingReason.NETWORK_NOT_KNOWN
    members = [loads[name] for name in pool.members if name in loads]
    if not members:
        return WaitingReason.NETWORK_NOT_KNOWN
    able = [load for load in members if load.free or not counts]
    if not able:
        return WaitingReason.NO_CAPACITY
    owner = min(able, key=lambda load: (catch_up(load, others=able).turn, load.staff))
    backup = _backup(route, members, owner)
    if backup is None:
        return WaitingReason.NO_BACKUP
    return Choice(owner.staff, backup, pool.pool, reason, owner.open, owner.capacity, len(able))


def taken(choice: Choice, loads: Mapping[str, Load]) -> dict[str, Load]:
    """The counters after this choice."""
    able = [load for name, load in loads.items() if name != choice.owner]
    return {**loads, choice.owner: catch_up(loads[choice.owner], others=able).with_one_more()}


def _backup(route: RouteDefined, members: list[Load], owner: Load) -> str | None:
    """The route's own backup, else its owner, else the colleague whose turn is next; never the lead's owner."""
    names = {load.staff for load in members}
    for name in (route.backup, route.owner):
        if name != owner.staff and name in names:
            return name
    others = [load for load in members if load.staff != owner.staff]
    return min(others, key=lambda load: (load.turn, load.staff)).staff if others else None
