"""What becomes of a referral at its site: how soon somebody calls, what the call meets, whether the lead then ends.

Coordinators answer most within their deadline and let some go stale: some of those until an alert is acknowledged,
some for good.
"""

import random
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNTIL_ALERTED: Final = 0.08
FOR_GOOD: Final = 0.03
"""Shares of leads nobody answers in time, among those that came early enough for a deadline to pass."""

ENDS: Final = 0.75
"""Share of answered leads that end: the rest stay open with a next action."""


class Stale(StrEnum):
    """Whether somebody is late."""

    NO = "no"
    UNTIL_ALERTED = "until_alerted"
    FOR_GOOD = "for_good"


@dataclass(frozen=True)
class Fate:
    """`calls_after` and `ends_after` are seconds, from when the owner sees the lead and from the call."""

    stale: Stale
    calls_after: float
    result: str
    outcome: str | None
    ends_after: float
    reason: str | None
    """a close reason, None where the lead stays open"""


_RESULTS: Final = {"reached": 0.6, "no_answer": 0.25, "call_back_asked": 0.12, "asked_to_stop": 0.03}
_REASONS: Final = ("not_interested", "too_far", "schedule", "too_burdensome", "chose_other_study")


def fate_of(rng: random.Random, *, may_be_late: bool) -> Fate:
    """Throw the dice for one lead, always the same number of them."""
    late, calls_after, ends, ends_after = rng.random(), rng.expovariate(5.0), rng.random(), rng.uniform(0.3, 1.2)
    result = rng.choices(list(_RESULTS), weights=list(_RESULTS.values()))[0]
    outcome = "prescreen_started" if rng.random() < 0.5 and result == "reached" else None
    reason = rng.choice(_REASONS)
    stale = Stale.NO
    if may_be_late and late < FOR_GOOD:
        stale = Stale.FOR_GOOD
    elif may_be_late and late < FOR_GOOD + UNTIL_ALERTED:
        stale = Stale.UNTIL_ALERTED
    stays = result == "asked_to_stop" or outcome is not None or ends >= ENDS  # "stop" ends the lead by itself
    return Fate(stale, min(calls_after, 0.8), result, outcome, ends_after, None if stays else reason)
