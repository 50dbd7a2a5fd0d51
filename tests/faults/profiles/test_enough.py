"""A run without its faults is not green."""

from typing import Any

import pytest

from tests.faults.profiles.enough import too_little

SMOKE: dict[str, Any] = {"met": {"kill": 11, "point": 13}, "counted": {"kill": 11, "point": 13}}


def test_a_run_that_met_what_was_planned_stands() -> None:
    assert too_little("smoke", SMOKE, 2_383) == []


@pytest.mark.parametrize(
    ("counted", "referrals", "says"),
    [
        ({"kill": 9, "point": 13}, 2_383, "9 kills that counted, 10 wanted"),
        ({"kill": 11, "point": 12}, 2_383, "12 crash points met, 13 wanted"),
        ({"kill": 11, "point": 13}, 1_999, "1999 referrals accepted, 2000 wanted"),
    ],
)
def test_what_it_lacks_is_said(counted: dict[str, int], referrals: int, says: str) -> None:
    assert too_little("smoke", SMOKE | {"counted": counted}, referrals) == [says]


def test_a_full_run_cut_short_is_not_a_full_run() -> None:
    figures = {"met": {"kill": 60, "point": 26}, "counted": {"kill": 60, "point": 26}}
    assert too_little("full", figures, 120_000) == ["86 faults met, 200 wanted"]
