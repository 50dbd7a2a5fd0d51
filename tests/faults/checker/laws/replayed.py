"""Every topic read once more from its first record changed nothing and said nothing (P6)."""

from collections.abc import Iterator

from tests.faults.checker.evidence import Breach, Evidence


def replay_changes_nothing(evidence: Evidence) -> Iterator[Breach]:
    """Each table's digest before and after."""
    before, after = evidence.replayed.get("before", {}), evidence.replayed.get("after", {})
    for table in sorted(before.keys() | after.keys()):
        if before.get(table) != after.get(table):
            says = f"{before.get(table)} became {after.get(table)}"
            yield Breach("replay_changes_nothing", "state", table, says)
    if evidence.replayed and not evidence.replayed.get("records"):
        yield Breach("replay_changes_nothing", "state", "topics", "nothing was read again")
