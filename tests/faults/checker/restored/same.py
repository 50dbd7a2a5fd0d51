"""reporting: its tables end as they were, row by row; it says nothing, so whatever it knows it has read."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.restored.case import Case, Rows

LAW: Final = "reporting ends as it was"

_MOVES: Final = frozenset({"heard", "relay_lease", "relay_member"})
"""Who relays, and what was heard of watermarks meanwhile."""

_WHEN: Final[Mapping[str, frozenset[str]]] = {
    "journal": frozenset({"folded_at"}),
    "reader": frozenset({"since"}),
    "unreadable": frozenset({"seen_at"}),
}
"""When a row was written down, which is later the second time."""


def ends_as_it_was(case: Case) -> Iterator[Breach]:
    """Every table, both ways."""
    for name in sorted(case.tables):
        where, _, table = name.partition(".")
        if where == "before" and table not in _MOVES:
            was, now = _counted(case.before(table), table), _counted(case.evidence.tables[f"reporting.{table}"], table)
            for row, times in (was - now).items():
                yield Breach(LAW, "lost", f"reporting.{table}", f"{times} times gone: {row[:400]}")
            for row, times in (now - was).items():
                yield Breach(LAW, "doubled", f"reporting.{table}", f"{times} times more: {row[:400]}")


def _counted(rows: Rows, table: str) -> Counter[str]:
    """How often each row is there. A count of 0 is no row: what came and went in one transaction never had one."""
    left_out = _WHEN.get(table, frozenset())
    return Counter(_written(row, left_out) for row in rows if table != "tally" or row["n"] != 0)


def _written(row: Mapping[str, Any], left_out: frozenset[str]) -> str:
    return json.dumps({name: row[name] for name in row if name not in left_out}, sort_keys=True, default=str)
