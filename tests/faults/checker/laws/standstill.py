"""Unconfirmed alerts: only after routing's watermark of that partition stood still for 120 s (P9)."""

from collections.abc import Iterator
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws.windows import Windows
from tests.faults.checker.models.folded import Folded

LAW: Final = "unconfirmed only after 120 s of standstill"
STANDSTILL: Final = 120.0
_IN_FLIGHT: Final = 15.0
"""Seconds in which a record may have been made and not have arrived when Kafka went: it lies there later, early
stamped, and nobody had heard it.
"""

_HEARD_WITHIN: Final = 30.0
"""Seconds a movement may take to be heard, once Kafka is back and everybody connects anew."""


def law(evidence: Evidence, model: Folded) -> Iterator[Breach]:
    """Each one raised so. Where sla itself was kept from hearing routing, it stood still for sla."""
    windows = Windows(evidence.faults)
    for alert in model.said.alerts.values():
        partition = model.clocks.leads[alert.lead].partition if alert.lead in model.clocks.leads else -1
        for at, _, unconfirmed in alert.raised:
            start, end = at.timestamp() - STANDSTILL + _IN_FLIGHT, at.timestamp() - _HEARD_WITHIN
            if not unconfirmed or not model.watermarks.moved_within(partition, start, end):
                continue
            if not windows.touch(start, end, "kafka", "sla"):
                says = f"{alert.level} raised unconfirmed at {at}, and the watermark of partition {partition} moved"
                yield Breach(LAW, "early", alert.lead, says)
