import math
import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bench.series import Series, quantile, ratios

NUMBERS = st.lists(st.floats(0, 1e6), min_size=1, max_size=50)


@given(NUMBERS)
def test_the_middle_and_the_ends_are_those_of_the_standard_library(values: list[float]) -> None:
    series = Series(tuple(values))
    assert (series.median, series.low, series.high) == (statistics.median(values), min(values), max(values))


@given(NUMBERS, st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_with_enough_at_or_below_it(values: list[float], q: float) -> None:
    def share(limit: float) -> float:
        return sum(value <= limit for value in values) / len(values)

    found = quantile(values, q)
    below = [value for value in values if value < found]
    assert share(found) >= q - 1e-9
    assert not below or share(max(below)) < q


def test_quantiles_grow() -> None:
    values = [5.0, 1.0, 3.0, 2.0, 4.0]
    found = [quantile(values, q) for q in (0.01, 0.2, 0.21, 0.5, 0.99, 1)]
    assert found == [1.0, 1.0, 2.0, 3.0, 5.0, 5.0]
    assert all(a <= b for a, b in pairwise(found))


def test_nothing_has_no_middle() -> None:
    assert math.isnan(Series(()).median)
    assert math.isnan(quantile([], 0.5))


def test_a_ratio_is_taken_run_by_run() -> None:
    compared = ratios(Series((10.0, 40.0)), Series((20.0, 20.0)))
    assert compared.samples == pytest.approx((0.5, 2.0))
