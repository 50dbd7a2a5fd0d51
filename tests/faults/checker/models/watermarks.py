"""How far routing said its stream is complete, partition by partition: the standstill that unconfirmed alerts need."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.faults.checker.models.facts import moment
from tests.faults.checker.record import Record


@dataclass
class Watermarks:
    """Movements of the `leads` watermarks."""

    moved: dict[int, list[float]] = field(default_factory=dict)
    """partition -> when (seconds, the record's own stamp) it rose"""
    at: dict[int, datetime] = field(default_factory=dict)
    """partition -> how far it got"""

    def fold(self, records: Iterable[Record]) -> None:
        """All records of the topic; the greatest counts."""
        for record in records:
            if record.key == "routing" and isinstance(record.body, dict):
                for one in record.body.get("shards", ()):
                    if one["stream"] == "leads":
                        self._rise(one["partition"], moment(one["at"]), record.timestamp_ms / 1000)

    def moved_within(self, partition: int, start: float, end: float) -> bool:
        """Whether it rose in between."""
        times = self.moved.get(partition, [])
        place = bisect_left(times, start)
        return place < len(times) and times[place] < end

    def _rise(self, partition: int, at: datetime, stamped: float) -> None:
        if partition not in self.at or at > self.at[partition]:
            self.at[partition] = at
            self.moved.setdefault(partition, []).append(stamped)
