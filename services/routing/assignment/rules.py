"""Who takes a lead: the pool's member with capacity whose turn it is, and a different backup (R15, R26)."""

from bisect import bisect_left, insort
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from contracts.network.facts import PoolDefined, RouteDefined
from contracts.vocabulary import AssignReason, WaitingReason
from services.routing.staff.rules import Load

_Place = tuple[Decimal, str]


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


class Turns:
    """The members of one pool in the order of their turns, kept while a batch is placed: no lead looks at all of them.

    Who was away or is new starts where the least busy colleague's last lead began: not everything at once. Nobody who
    was there all along lags further behind than that, so shares stay those of the weights.
    """

    def __init__(self, pool: PoolDefined, loads: Mapping[str, Load]) -> None:
        self.pool = pool.pool
        self.members = {name: loads[name] for name in pool.members if name in loads}
        free = [load for load in self.members.values() if load.free]
        self._turns: list[_Place] = sorted((load.turn, load.staff) for load in free)
        self._began: list[_Place] = sorted((load.turn - load.cost, load.staff) for load in free)

    @property
    def free(self) -> int:
        """How many members have room."""
        return len(self._turns)

    def changed(self, load: Load) -> None:
        """A counter changed; that of somebody who is no member changes nothing here."""
        before = self.members.get(load.staff)
        if before is None:
            return
        if before.free:
            del self._turns[bisect_left(self._turns, (before.turn, before.staff))]
            del self._began[bisect_left(self._began, (before.turn - before.cost, before.staff))]
        self.members[load.staff] = load
        if load.free:
            insort(self._turns, (load.turn, load.staff))
            insort(self._began, (load.turn - load.cost, load.staff))

    def next(self) -> Load | None:
        """Who has room and whose turn it is. Only one can have to catch up: the one whose last lead began first."""
        if not self._turns:
            return None
        late = self.caught_up(self._began[0][1])
        first = next((place for place in self._turns[:2] if place[1] != late.staff), None)
        return late if first is None or (late.turn, late.staff) < first else self.members[first[1]]

    def next_of_all(self) -> Load:
        """The same with the full ones among them: for a test lead, which takes no room."""
        return min((self.caught_up(name) for name in self.members), key=lambda load: (load.turn, load.staff))

    def caught_up(self, staff: str) -> Load:
        """A member's counter where their turn may count from now."""
        load = self.members[staff]
        began = next((place[0] for place in self._began[:2] if place[1] != staff), load.turn)
        return load if began <= load.turn else replace(load, turn=began)


def choose_owner(
    route: RouteDefined | None,
    turns: Turns | None,
    *,
    reason: AssignReason = AssignReason.LEAST_LOADED,
    counts: bool = True,
) -> Choice | WaitingReason:
    """An owner with room and the least virtual time, or why nobody can take the lead now.

    `counts=False` is test traffic: it takes no capacity, so a full pool may still own it (R21).
    """
    if route is None or turns is None or not turns.members:
        return WaitingReason.NETWORK_NOT_KNOWN
    owner = turns.next() if counts else turns.next_of_all()
    if owner is None:
        return WaitingReason.NO_CAPACITY
    backup = _backup(route, turns.members, owner.staff)
    if backup is None:
        return WaitingReason.NO_BACKUP
    able = turns.free if counts else len(turns.members)
    return Choice(owner.staff, backup, turns.pool, reason, owner.open, owner.capacity, able)


def taken(choice: Choice, turns: Turns) -> Load:
    """The owner's counter after this choice."""
    return turns.caught_up(choice.owner).with_one_more()


def _backup(route: RouteDefined, members: Mapping[str, Load], owner: str) -> str | None:
    """The route's own backup, else its owner, else the colleague whose turn is next; never the lead's owner."""
    for name in (route.backup, route.owner):
        if name != owner and name in members:
            return name
    others = [load for name, load in members.items() if name != owner]
    return min(others, key=lambda load: (load.turn, load.staff)).staff if others else None
