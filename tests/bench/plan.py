"""How much of everything one run does: the full one, and the quick one that only shows that it works."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

RATES: Final = (5, 50, 200)
"""Referrals per second at which latency is measured (numbers.md)."""


@dataclass(frozen=True)
class Plan:
    """Counts are referrals, durations seconds, unless said otherwise."""

    quick: bool
    seed: int
    repetitions: int
    warm: int
    """sent before anything is measured: statements are prepared, caches filled, the pool of connections is full"""
    floor: int
    textbook: int
    offered: int
    """over HTTP, as fast as the door takes them"""
    batched: int
    """the same a thousand at a time"""
    backlog: int
    """accepted while every reader and relay is down"""
    connections: int
    paced: Mapping[int, float]
    """how long each rate is offered"""
    apart: bool
    """also with one process a role"""
    timers: tuple[int, ...]
    """how many are pending"""
    due_rate: int
    """timers that become due per second while lateness is measured"""
    due_for: float
    overdue: int
    """timers that are due at once when firing is counted"""
    grown: tuple[int, ...]
    """leads that are there already"""
    grown_backlog: int
    facts: int
    """facts that reporting folds"""


def plan(*, quick: bool, seed: int, repetitions: int | None = None) -> Plan:
    """The sizes of a run."""
    made = _quick(seed) if quick else _full(seed)
    return made if repetitions is None else Plan(**{**vars(made), "repetitions": repetitions})


def _full(seed: int) -> Plan:
    return Plan(
        quick=False,
        seed=seed,
        repetitions=3,
        warm=300,
        floor=30_000,
        textbook=1_000,
        offered=4_000,
        batched=20_000,
        backlog=4_000,
        connections=48,
        paced={5: 20.0, 50: 20.0, 200: 15.0},
        apart=True,
        timers=(10_000, 1_000_000),
        due_rate=100,
        due_for=60.0,
        overdue=10_000,
        grown=(10_000, 1_000_000),
        grown_backlog=3_000,
        facts=20_000,
    )


def _quick(seed: int) -> Plan:
    return Plan(
        quick=True,
        seed=seed,
        repetitions=1,
        warm=50,
        floor=4_000,
        textbook=100,
        offered=400,
        batched=2_000,
        backlog=400,
        connections=24,
        paced={50: 4.0},
        apart=False,
        timers=(2_000,),
        due_rate=50,
        due_for=4.0,
        overdue=500,
        grown=(1_000, 5_000),
        grown_backlog=200,
        facts=2_000,
    )
