"""The checker's word: how many breaches in each group, the first of them, and what was seen."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from math import ceil
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws.alerts import unconfirmed
from tests.faults.checker.operations import operations
from tests.faults.history import Line

GROUPS: Final = (
    "lost", "doubled", "gaps", "swaps", "early", "missed", "repeated", "aggregates", "state", "conservation", "leaks",
    "owners", "parked", "recovery", "stalls", "growth",
)  # fmt: skip
FILE: Final = "verdict.json"
_MOST: Final = 200
GREEN, BROKEN, VOID = 0, 1, 3


@dataclass(frozen=True)
class Verdict:
    """`void` says why nothing can be said, empty when something can."""

    groups: dict[str, int]
    breaches: Sequence[Breach]
    counts: dict[str, int]
    took: dict[str, float]
    void: str = ""
    recovery: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """seconds from the end of a fault to nothing left of it, by label: count, p50, p99, max"""
    listed: Sequence[Line] = ()
    """what breaks nothing and has to be told all the same: each notice that was given a second time, ..."""

    @property
    def code(self) -> int:
        """How the program ends."""
        return BROKEN if any(self.groups.values()) else VOID if self.void else GREEN

    def save(self, folder: Path) -> None:
        """Write verdict.json; the first 200 breaches, some of every law."""
        told = asdict(self) | {"breaches": [asdict(one) for one in some_of(self.breaches)], "code": self.code}
        (folder / FILE).write_text(json.dumps(told, indent=1) + "\n")


def judged(evidence: Evidence, breaches: Sequence[Breach], took: dict[str, float]) -> Verdict:
    """The verdict on breaches of laws."""
    groups = dict.fromkeys(GROUPS, 0) | Counter(breach.group for breach in breaches)
    counts = counted(evidence)
    return Verdict(groups, breaches, counts, took, why_void(counts), recovered(evidence.faults))


def recovered(faults: Iterable[Line]) -> dict[str, dict[str, float]]:
    """Recovery times by label, from the lines that say so."""
    seconds: dict[str, list[float]] = {}
    for line in faults:
        if line["what"] == "recovered" and line["seconds"] is not None:
            seconds.setdefault(line["label"], []).append(float(line["seconds"]))
    return {
        label: {"count": len(took), "p50": at(took, 0.5), "p99": at(took, 0.99), "max": max(took)}
        for label, took in sorted(seconds.items())
    }


def at(values: Sequence[float], part: float) -> float:
    """The smallest of the values that so large a part of them does not exceed."""
    return sorted(values)[ceil(part * len(values)) - 1]


def counted(evidence: Evidence) -> dict[str, int]:
    """What there was to judge."""
    refer = Counter(str(one.outcome) for one in operations(evidence.history, "refer"))
    records = {f"records {stream}": len(found) for stream, found in evidence.records.items()}
    return records | {
        "records": sum(records.values()),
        "records twice": len(evidence.index.repeats),
        "leads": len(evidence.index.of("ReferralReceived")),
        "refused": len(evidence.index.of("ReferralRefused")),
        "alerts": len(evidence.index.of("AlertRaised")),
        "alerts unconfirmed": unconfirmed(evidence),
        "mails": len(evidence.mails),
        "asked ok": refer["ok"],
        "asked failed": refer["failed"],
        "asked unknown": refer["unknown"],
        "commands": sum(one.status == 200 for one in operations(evidence.history, "act")),
        "seen live": sum(len(line.get("ids", ())) for line in evidence.tail),
        "rows": sum(len(rows) for rows in evidence.tables.values()),
        "read again": int(evidence.replayed.get("records", 0)),
        "ended by themselves": sum(line["what"] == "ended" and not line.get("asked") for line in evidence.faults),
        "bytes searched": sum(evidence.searched.values()),
    }


def why_void(counts: dict[str, int]) -> str:
    """A run with too little in it says nothing."""
    for what in ("records", "leads", "asked ok"):
        if not counts[what]:
            return f"no {what}"
    return ""


def some_of(breaches: Sequence[Breach]) -> list[Breach]:
    """Up to 200, every law's first ones before any law's later ones."""
    turn: Counter[str] = Counter()
    ranked = []
    for breach in breaches:
        ranked.append((turn[breach.law], breach))
        turn[breach.law] += 1
    return [breach for _, breach in sorted(ranked, key=lambda pair: pair[0])[:_MOST]]


def show(verdict: Verdict, console: Console) -> None:
    """Print it."""
    table = Table("what must be none", "found", box=None, title="The checker")
    for group, count in verdict.groups.items():
        table.add_row(group, f"[red]{count:,}" if count else "0")
    console.print(table)
    if verdict.recovery:
        console.print(_times(verdict.recovery))
    for breach in some_of(verdict.breaches)[:40]:
        console.print(f"  {breach.group}: {breach.law}: {breach.key}: {breach.says}", markup=False, highlight=False)
    console.print(", ".join(f"{count:,} {what}" for what, count in verdict.counts.items()), highlight=False)
    console.print(", ".join(f"{what} {seconds} s" for what, seconds in verdict.took.items()), highlight=False)
    if verdict.void:
        console.print(f"void: {verdict.void}")


def _times(recovery: Mapping[str, Mapping[str, float]]) -> Table:
    table = Table("recovered after", "times", "p50 s", "p99 s", "max s", box=None)
    for label, told in recovery.items():
        table.add_row(label, f"{told['count']:.0f}", *(f"{told[name]:.1f}" for name in ("p50", "p99", "max")))
    return table
