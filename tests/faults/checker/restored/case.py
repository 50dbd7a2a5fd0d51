"""What such a run left beside the usual evidence: which service, when, and its tables before and in the copy."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.faults.checker.collect import Laps, collect
from tests.faults.checker.dump import dump
from tests.faults.checker.evidence import Evidence
from tests.faults.checker.record import Record
from tests.faults.world import World

TOLD: Final = "restored.json"

Rows = Sequence[Mapping[str, Any]]


@dataclass(frozen=True)
class Case:
    """One service set back."""

    evidence: Evidence
    service: str
    at: float
    """seconds since 1970: everything rested, nobody of the service ran, the copy was back"""
    said: Sequence[str]
    """lines of `baton restore`"""
    tables: Mapping[str, Rows]
    """`before.lead`: the service's tables as they were last; `copied.lead`: as the copy held them"""

    def before(self, table: str) -> Rows:
        """A table of the service as it was last."""
        return self.tables[f"before.{table}"]

    def copied(self, table: str) -> Rows:
        """The same as the copy held it."""
        return self.tables[f"copied.{table}"]

    def is_after(self, record: Record) -> bool:
        """Whether it was sent by a service that had been set back, or by one that heard of that."""
        return record.timestamp_ms >= self.at * 1000


def gather(folder: Path, laps: Laps) -> Case:
    """Read everything; files are not searched, other runs do that."""
    told = json.loads((folder / TOLD).read_text())
    administrator = World.load(folder).administrator
    tables = laps.of("copies", lambda: dump(administrator, ("before", "copied")))
    return Case(collect(folder, laps, look=False), told["service"], float(told["at"]), told["said"], tables)
