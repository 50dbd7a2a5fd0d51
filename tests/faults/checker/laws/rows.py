"""Comparing rows: what must be equal, what may be a little earlier, and what says so."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from tests.faults.checker.evidence import Breach

Row = Mapping[str, Any]

WORK_LASTS: Final = timedelta(seconds=30)
"""No transaction lives longer (`transaction_timeout`). A fact carries the last time its transaction took; a row may
carry an earlier one of the same transaction."""


class Around:
    """A moment of the same transaction as a fact of this time: the fact's own, or up to 30 s before it."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __eq__(self, other: object) -> bool:
        return isinstance(other, datetime) and self.at - WORK_LASTS <= other <= self.at

    def __repr__(self) -> str:
        return f"{self.at.isoformat()} or shortly before"


class OneOf:
    """Any of these values."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(self, values: Iterable[Any]) -> None:
        self.values = tuple(values)

    def __eq__(self, other: object) -> bool:
        return other in self.values

    def __repr__(self) -> str:
        return " or ".join(map(str, self.values))


def around(at: datetime | None) -> Around | None:
    """The same for a time that may be missing."""
    return Around(at) if at is not None else None


def differences(must: Row, found: Row) -> str:
    """`owner is ines, must be otto; ...` for what differs; empty when nothing does."""
    said = []
    for name, wanted in must.items():
        has = found[name]
        if wanted != has:
            said.append(f"{name} is {_shown(has)}, must be {_shown(wanted)}")
    return "; ".join(said)


def both_ways(
    law: str,
    group: str,
    table: str,
    keys: Collection[Any],
    must: Callable[[Any], Row],
    found: Iterable[tuple[Any, Row]],
) -> Iterator[Breach]:
    """Every row that must be (one for each of `keys`) is there as it must be, once, and no other.

    `must` is asked for one row at a time, so that no second copy of a table is held.
    """
    left = set(keys)
    for key, row in found:
        if key not in left:
            what = "it twice" if key in keys else "a row that nothing on the topics explains"
            yield Breach(law, group, _named(key), f"{table} has {what}")
        else:
            left.discard(key)
            if says := differences(must(key), row):
                yield Breach(law, group, _named(key), f"{table}: {says}")
    for key in left:
        yield Breach(law, group, _named(key), f"{table} has no row for it")


def by(rows: Iterable[Row], *columns: str) -> Iterator[tuple[Any, Row]]:
    """Rows with their key: one column, or several as a tuple."""
    for row in rows:
        yield (row[columns[0]] if len(columns) == 1 else tuple(row[name] for name in columns)), row


def _named(key: Any) -> str:
    return "/".join(map(str, key)) if isinstance(key, tuple) else str(key)


def _shown(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else repr(value)
