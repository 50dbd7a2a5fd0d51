"""Who should own which shards: values in, plan out."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LeaseRow:
    """One shard's lease as the database has it. `live`: it has not run out, by the database's real clock."""

    shard: int
    owner: str | None
    term: int
    live: bool


@dataclass(frozen=True, slots=True)
class LeasePlan:
    """What one relay asks for next: leases to renew, free ones to take, surplus ones to give back."""

    keep: tuple[LeaseRow, ...] = ()
    take: tuple[LeaseRow, ...] = ()
    give: tuple[LeaseRow, ...] = ()


def share_of(shards: int, members: Sequence[str], me: str) -> int:
    """How many of `shards` are mine: an equal part, the first members (by name) one more where it does not divide."""
    ranked = sorted({*members, me})
    each, over = divmod(shards, len(ranked))
    return each + (1 if ranked.index(me) < over else 0)


def plan_leases(rows: Sequence[LeaseRow], members: Sequence[str], me: str) -> LeasePlan:
    """Renew up to my share of what is mine, give the rest back, fill up with what nobody holds.

    A lease of mine that ran out is nobody's: it is taken anew, with a new term, like any other.
    """
    share = share_of(len(rows), members, me)
    mine = [row for row in rows if row.live and row.owner == me]
    free = [row for row in rows if not row.live]
    if free:  # relays that start together begin at different shards, so that fewer of them want the same one
        turn = sorted({*members, me}).index(me) * share % len(free)
        free = free[turn:] + free[:turn]
    return LeasePlan(tuple(mine[:share]), tuple(free[: max(0, share - len(mine))]), tuple(mine[share:]))
