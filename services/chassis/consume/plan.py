"""What to do with the items of one transaction: pure, from cursors and parked rows to a plan."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from contracts.streams import Order
from services.chassis.consume.decode import Item
from services.chassis.consume.rules import PERMANENT, Cursor, Verdict, judge

Parked = Mapping[str, Mapping[int, Item]]
"""What is parked: key -> version -> item. An item with `wrong` blocks its key until somebody retries it."""


@dataclass(slots=True)
class Plan:
    """The outcome of judging a batch."""

    due: list[Item] = field(default_factory=list)
    """for the handlers, in order, drained ones where their missing predecessor came"""
    cursors: dict[str, Cursor] = field(default_factory=dict)
    """those that changed"""
    park: list[Item] = field(default_factory=list)
    unpark: list[tuple[str, int]] = field(default_factory=list)
    parked_now: list[str] = field(default_factory=list)
    healed: list[str] = field(default_factory=list)
    swapped: list[Item] = field(default_factory=list)
    repeats: int = 0
    ignored: int = 0
    """facts of an unknown type that says it may be ignored"""

    paused: bool = False
    """carrying it out has paused the reader"""
    saves: bool = True
    """carrying it out writes the cursors; else whoever moves the position does, in the same statement"""

    @property
    def stops(self) -> list[Item]:
        """What takes something away, while it is being parked; a repeat never gets here."""
        return [item for item in self.park if item.body is not None and type(item.body).stops]

    @property
    def poison(self) -> list[Item]:
        """What is parked for an error that time does not mend."""
        return [item for item in self.park if item.wrong in PERMANENT]


class _Key:
    """One key while its items are judged."""

    def __init__(self, cursor: Cursor, rows: Mapping[int, Item]) -> None:
        self.before = cursor
        self.version = cursor.version
        self.last_id = cursor.last_id
        self.stored = frozenset(rows)
        self.rows = dict(rows)

    def cursor(self) -> Cursor:
        return Cursor(self.version, self.last_id, bool(self.rows))


def plan(
    items: Sequence[Item],
    cursors: Mapping[str, Cursor],
    parked: Parked,
    *,
    order: Order,
    adopts: Set[int] = frozenset(),
    drain: bool = True,
) -> Plan:
    """Judge items in the order read. `adopts`: partitions where a key's first seen version is due.

    `drain=False` applies no parked fact: one fact at a time, to find the one that fails.
    """
    keys = {key: _Key(cursor, parked.get(key, {})) for key, cursor in cursors.items()}
    made = Plan()
    for item in items:
        key = keys[item.key]
        verdict = judge(key.cursor(), item.version, item.head.id, order=order, adopts=item.spot.partition in adopts)
        if verdict is Verdict.SWAPPED:
            made.swapped.append(item)
        elif verdict is Verdict.REPEAT or item.version in key.rows:
            made.repeats += 1
        elif verdict is Verdict.GAP:
            key.rows[item.version] = item
        elif order is Order.LATEST:
            _replace(made, key, item)
        else:
            _next(made, key, item, drain)
    for name in sorted(keys):
        _settle(made, name, keys[name])
    return made


def _next(made: Plan, key: _Key, item: Item, drain: bool) -> None:
    """The missing version: apply it, and what waited for it."""
    following: Item | None = item
    while following is not None:
        if following.wrong:
            key.rows[following.version] = following
            return
        key.rows.pop(following.version, None)
        _apply(made, key, following)
        following = key.rows.get(key.version + 1) if drain else None


def _replace(made: Plan, key: _Key, item: Item) -> None:
    """The whole state anew: older parked versions are nothing any more, and this one is tried at once."""
    for version in [version for version in key.rows if version < item.version]:
        del key.rows[version]
    if item.wrong:
        key.rows[item.version] = item
    else:
        _apply(made, key, item)


def _apply(made: Plan, key: _Key, item: Item) -> None:
    key.version, key.last_id = item.version, item.head.id
    if item.body is None:
        made.ignored += 1
    else:
        made.due.append(item)


def _settle(made: Plan, name: str, key: _Key) -> None:
    after = key.cursor()
    if after != key.before:
        made.cursors[name] = after
    made.park += [item for version, item in sorted(key.rows.items()) if version not in key.stored]
    made.unpark += [(name, version) for version in sorted(key.stored - key.rows.keys())]
    if after.parked and not key.before.parked:
        made.parked_now.append(name)
    if key.before.parked and not after.parked:
        made.healed.append(name)
