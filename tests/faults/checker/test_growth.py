"""What rises and stays is no growth; what goes on rising is."""

import random

import pytest

from tests.faults.checker.laws.growth import LIMITS, MIB, risen

SAMPLES = [10.0 * n for n in range(180)]


def _noise(seed: int) -> float:
    return random.Random(seed).uniform(-2, 2)


CASES: dict[str, tuple[list[float], bool]] = {
    "level": ([40 + _noise(n) for n in range(180)], False),
    "a step at the start, then level": ([40 + (30 if n > 3 else 0) for n in range(180)], False),
    "a step in the middle, then level": ([40 + (30 if n > 60 else 0) + _noise(n) for n in range(180)], False),
    "a step after two thirds, then level": ([40 + (30 if n > 130 else 0) + _noise(n) for n in range(180)], False),
    "a step after two thirds, and on from there": ([40 + (20 + n - 130 if n > 130 else 0) for n in range(180)], True),
    "level, and rising since the middle": ([40 + max(0, n - 90) / 2 + _noise(n) for n in range(180)], True),
    "one more every half minute": ([40 + n / 3 + _noise(n) for n in range(180)], True),
    "one more every five minutes": ([40 + n / 30 for n in range(180)], False),
    "falling": ([90 - n / 4 for n in range(180)], False),
    "too few to say": ([40.0 + 10 * n for n in range(15)], False),
}


@pytest.mark.parametrize("case", CASES)
def test_a_series_grows(case: str) -> None:
    values, grows = CASES[case]
    assert (risen(list(zip(SAMPLES, values, strict=False)), LIMITS["fds"]) is not None) == grows


def test_memory_may_settle_and_not_leak() -> None:
    settles = [(at, 120 * MIB + 80 * MIB * (1 - 0.97**n)) for n, at in enumerate(SAMPLES)]
    leaks = [(at, (120 + n) * MIB) for n, at in enumerate(SAMPLES)]
    assert risen(settles, LIMITS["rss"]) is None
    assert risen(leaks, LIMITS["rss"]) == pytest.approx(173 * MIB)
