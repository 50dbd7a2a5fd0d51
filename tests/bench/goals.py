"""The goals of numbers.md, and whether a run's figures reach them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tests.bench.results import OTHERS
from tests.bench.series import Series, ratios

LOWEST_FLOOR: Final = 3_000.0
"""Referrals per second: with a floor below it a machine was too busy for the run to say anything."""

MOST_OTHERS: Final = 15.0
"""Per cent of all cores that others may take."""

Word = Literal["yes", "no", "not measured"]


@dataclass(frozen=True)
class Goal:
    """`what` has to be `at_least` or `at_most`; with `beside` the figure is divided by that one, run by run."""

    says: str
    figure: str
    beside: str | None = None
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True)
class Verdict:
    """A goal as it stands: ours, what it is measured against, their ratio where there is one."""

    goal: Goal
    ours: Series | None
    theirs: Series | None
    compared: Series | None

    @property
    def reached(self) -> Word:
        """By the median."""
        if self.compared is None:
            return "not measured"
        middle, goal = self.compared.median, self.goal
        low = goal.at_least is None or middle >= goal.at_least
        high = goal.at_most is None or middle <= goal.at_most
        return "yes" if low and high else "no"


GOALS: Final = (
    Goal("referrals through all four services, from a backlog: half of the bare loop", "whole.backlog", "floor", 0.5),
    Goal("the same over HTTP", "whole.http", "floor", 0.5),
    Goal("15 times the textbook version", "whole.http", "textbook", 15.0),
    Goal("accept to owner, clock and report row at 50/s, median: 1.3 x the bare loop",
         "whole.at 50.p50", "floor.at 50.p50", at_most=1.3),
    Goal("aim: median 25 ms", "whole.at 50.p50", at_most=25.0),
    Goal("aim: p99 100 ms", "whole.at 50.p99", at_most=100.0),
    Goal("single POST, durable before the answer", "intake.post", None, 2_000.0),
    Goal("a thousand in one POST, each durable before the answer, two processes",
         "doors.at 1000000.two processes.batch", None, 10_000.0),
    Goal("a single POST with 1M people there: 1.3 x the time of one with 10k",
         "doors.at 10000.one process.post", "doors.at 1000000.one process.post", at_most=1.3),
    Goal("timers at 1M pending: lateness p99 within a second", "timers.at 1000000.late p99", at_most=1_000.0),
    Goal("the same with a snapshot held", "timers.at 1000000, snapshot held.late p99", at_most=1_000.0),
    Goal("firing at 1M pending costs at most 1.5 x that at 10k",
         "timers.at 10000.fired", "timers.at 1000000.fired", at_most=1.5),
    Goal("assignment in a batch", "assignment.rules", None, 50_000.0),
    Goal("assignment: nobody over capacity", "assignment.rules.over capacity", at_most=0.0),
    Goal("assignment: from the weighted share, leads at most", "assignment.rules.from share", at_most=1.0),
    Goal("facts folded with cursors", "reporting.folded", None, 50_000.0),
    Goal("recount of a million facts, s", "reporting.recount of 1M", at_most=30.0),
    Goal("sponsor query p99 at 1M leads, ms", "growth.at 1000000.sponsor p99", at_most=20.0),
    Goal("`make up` warm, s", "start.make up, warm", at_most=8.0),
    Goal("time a referral at 1M leads: 1.3 x that at 10k",
         "growth.at 1000000.ms a referral", "growth.at 10000.ms a referral", at_most=1.3),
)  # fmt: skip


def verdicts(figures: Mapping[str, Series], goals: Sequence[Goal] = GOALS) -> list[Verdict]:
    """Every goal against what was measured."""
    found = []
    for goal in goals:
        ours = figures.get(goal.figure)
        theirs = figures.get(goal.beside) if goal.beside else None
        compared = ours
        if goal.beside:
            compared = ratios(ours, theirs) if ours and theirs else None
        found.append(Verdict(goal, ours, theirs, compared if compared and compared.samples else None))
    return found


def void_because(figures: Mapping[str, Series]) -> str | None:
    """Why nothing of this run counts, if so."""
    others, floor = figures.get(OTHERS), figures.get("floor")
    if others is not None and others.median > MOST_OTHERS:
        return f"others took {others.median:.0f} % of the machine, more than {MOST_OTHERS:.0f}"
    if floor is not None and floor.median < LOWEST_FLOOR:
        return f"the floor did {floor.median:,.0f} referrals/s, below {LOWEST_FLOOR:,.0f}: the machine was busy"
    return None
