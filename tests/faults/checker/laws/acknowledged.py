"""Nothing is acknowledged that nobody acknowledged (R19). That what was said is kept: `laws.acts`."""

from collections.abc import Iterator
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.models.folded import Folded
from tests.faults.checker.operations import Outcome, operations

LAW: Final = "acknowledged is what was acknowledged"


def law(evidence: Evidence, model: Folded) -> Iterator[Breach]:
    """Each by the person it was sent to, who had asked for it; where the traffic acknowledges, it does all of it."""
    asked = {
        (str(one.asked["alert"]), str(one.asked["staff"]))
        for one in operations(evidence.history, "acknowledge")
        if one.outcome is not Outcome.FAILED
    }
    if not asked:
        return
    for key, alert in model.said.alerts.items():
        if alert.acknowledged and key not in asked:
            yield Breach(LAW, "doubled", alert.id, f"{alert.staff} acknowledged it by the topic, and never asked to")
