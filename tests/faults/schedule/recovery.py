"""How long until a fault is over: what waited when it was healed is applied. Pure, fed with looks."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.faults.history import Line
from tests.faults.schedule.servers import Place
from tests.faults.schedule.standing import READS, Standing

CALM_BACKLOG: Final = 100
"""Facts unsent and unread that ordinary traffic always has under way; so few are no backlog."""


@dataclass(slots=True)
class Pending:
    """One fault whose end is waited for. Times are seconds since 1970; `since` is when it was healed."""

    fault: int
    label: str
    services: tuple[str, ...]
    since: float
    before: int
    """the backlog before the fault"""
    goal: Mapping[Place, int] | None = None
    """Kafka's ends at the first answer after `since`"""
    backlog: int = 0
    """the greatest seen since then"""
    took: dict[str, float] = field(default_factory=dict)
    """aspect -> seconds from `since`: `facts`, `timers`, `drained`"""

    @property
    def over(self) -> bool:
        """Whether everything that waited is done."""
        return {"facts", "timers"} <= self.took.keys()

    @property
    def drained(self) -> bool:
        """Whether also the backlog is as before."""
        return self.over and "drained" in self.took

    @property
    def told(self) -> dict[str, Any]:
        """For a line of faults.jsonl. `seconds` is None while it is not over."""
        seconds = max(self.took["facts"], self.took["timers"]) if self.over else None
        return {
            "fault": self.fault, "label": self.label, "services": self.services, "seconds": seconds,
            **{f"{name}_s": round(took, 3) for name, took in self.took.items()},
            "backlog": self.backlog, "backlog_before": self.before,
        }  # fmt: skip


def see(pending: Pending, now: Standing) -> None:
    """Take one look into account."""
    if now.at < pending.since:
        return
    if pending.goal is None:
        pending.goal = dict(now.ends)
    pending.backlog = max(pending.backlog, now.backlog)
    done = {
        "facts": all(_sent(now, s, pending.since) and _read(now, s, pending.goal) for s in pending.services),
        "timers": all(_fired(now, s, pending.since) for s in pending.services),
        "drained": now.backlog <= max(pending.before, CALM_BACKLOG),
    }
    for aspect, is_done in done.items():
        if is_done:
            pending.took.setdefault(aspect, now.at - pending.since)


def _sent(now: Standing, service: str, since: float) -> bool:
    oldest = now.waiting[service].oldest
    return oldest is None or oldest > since


def _read(now: Standing, service: str, goal: Mapping[Place, int]) -> bool:
    at = now.positions[service]
    return all(at.get(place, 0) >= end for place, end in goal.items() if place[0] in READS[service])


def _fired(now: Standing, service: str, since: float) -> bool:
    first = now.waiting[service].first_due
    return first is None or first > since


@dataclass(frozen=True, slots=True)
class Figures:
    """Recovery of one kind of fault, in seconds. `never`: faults whose recovery was not seen before the run's end."""

    count: int
    p50: float
    p99: float
    most: float
    never: int


def figures(lines: Iterable[Line]) -> dict[str, Figures]:
    """By label, from the `recovered` lines of faults.jsonl."""
    seconds: dict[str, list[float]] = {}
    never: dict[str, int] = {}
    for line in lines:
        if line["what"] == "recovered":
            label = line["label"]
            if line["seconds"] is None:
                never[label] = never.get(label, 0) + 1
            else:
                seconds.setdefault(label, []).append(line["seconds"])
    return {label: _figures(seconds.get(label, []), never.get(label, 0)) for label in sorted({*seconds, *never})}


def _figures(seconds: Sequence[float], never: int) -> Figures:
    return Figures(len(seconds), quantile(seconds, 0.5), quantile(seconds, 0.99), quantile(seconds, 1.0), never)


def quantile(values: Sequence[float], q: float) -> float:
    """The smallest value that at least this part of all does not exceed; 0 of none."""
    ordered = sorted(values)
    if not ordered:
        return 0.0
    return ordered[math.ceil(q * len(ordered)) - 1]
