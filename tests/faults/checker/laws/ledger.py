"""What fired is what was said: each timer that sla took off became a level, and each level was a timer (P8)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach
from tests.faults.checker.laws.states_sla import CLOCK
from tests.faults.checker.models.folded import Folded

LAW: Final = "what fired is what was said"


def law(tables: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """The ledger of the first-response clock against DeadlineWarned and DeadlineMissed. Its sums: `laws.timers`."""
    fired = sum(int(row["fired"] or 0) for row in tables["sla.timer_ledger"] if row["kind"] == CLOCK)
    if fired != model.said.fired:
        says = f"{fired} fired by the ledger, {model.said.fired} levels were reached by the topic"
        yield Breach(LAW, "conservation", f"sla/{CLOCK}", says)
