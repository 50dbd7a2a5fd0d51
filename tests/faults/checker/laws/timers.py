"""No timer vanished, none came from nowhere: created = fired + cancelled + pending, kind by kind (P8)."""

from collections import Counter
from collections.abc import Iterator

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.world import SERVICES


def timers_are_conserved(evidence: Evidence) -> Iterator[Breach]:
    """The ledger of each kind against the rows that are there; nothing is held for repair."""
    for service in SERVICES:
        pending = Counter(row["kind"] for row in evidence.tables[f"{service}.timer"])
        told = {row["kind"]: row for row in evidence.tables[f"{service}.timer_ledger"]}
        for kind in sorted(pending.keys() | told.keys()):
            row = told.get(kind)
            created, fired, cancelled = (row["created"], row["fired"], row["cancelled"]) if row else (0, 0, 0)
            if created != fired + cancelled + pending[kind]:
                says = f"{created} created, {fired} fired, {cancelled} cancelled, {pending[kind]} pending"
                yield Breach("timers_are_conserved", "conservation", f"{service} {kind}", says)
        for row in evidence.tables[f"{service}.timer"]:
            if row["held_at"] is not None:
                yield Breach("timers_are_conserved", "parked", f"{service} {row['kind']} {row['subject']}", "is held")
