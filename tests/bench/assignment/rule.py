"""Baton's own rule over one pool, as a batch runs it. Pure but for the clock that times it."""

import time
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from contracts.network.facts import PoolDefined, RouteDefined
from contracts.vocabulary import Basis, Channel, RouteState
from services.routing.assignment.rules import Choice, Turns, choose_owner, taken
from services.routing.staff.rules import Load

BATCH: Final = 500
"""leads placed on one reading of the counters, as the reader of facts does it"""

WEIGHTS: Final = (100, 100, 50, 80)
"""Per cent, in turn: full-time, full-time, half-time, four days."""


@dataclass(frozen=True)
class Assigned:
    """`from_share`: the most leads that anybody has more or less than their weight's share."""

    per_second: float
    over_capacity: int
    from_share: float


def assign(owners: int, leads: int, capacity: int) -> Assigned:
    """Give `leads` to a pool of `owners`; then go on until it is full, to see whether anybody gets more than fits."""
    names = tuple(f"owner-{n:02}" for n in range(owners))
    loads = {
        name: Load(name, capacity, capacity, WEIGHTS[n % len(WEIGHTS)], 0, Decimal(0)) for n, name in enumerate(names)
    }
    route = RouteDefined(
        route="route", partner="partner", study="study", site="site", channel=Channel.PARTNER_API, source_tag="tag",
        state=RouteState.LIVE, pool="pool", owner=names[0], backup=names[1], bases=(Basis.SELF_REFERRED,),
    )  # fmt: skip
    pool = PoolDefined(pool="pool", site="site", members=names)
    began = time.perf_counter()
    given = sum(_give(route, pool, loads, min(BATCH, leads - n)) for n in range(0, leads, BATCH))
    took = time.perf_counter() - began
    total = sum(load.weight for load in loads.values())
    off = max(abs(load.open - given * load.weight / total) for load in loads.values())
    _give(route, pool, loads, min(owners * capacity, 4 * leads))
    return Assigned(given / took, sum(load.open > load.capacity for load in loads.values()), off)


def _give(route: RouteDefined, pool: PoolDefined, loads: dict[str, Load], leads: int) -> int:
    """One batch, from counters as they are read to counters as they are written; how many found an owner."""
    turns = Turns(pool, loads)
    for n in range(leads):
        choice = choose_owner(route, turns)
        if not isinstance(choice, Choice):
            return n
        loads[choice.owner] = taken(choice, turns)
        turns.changed(loads[choice.owner])
    return leads
