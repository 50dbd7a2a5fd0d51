"""What a sponsor may see, against a brute-force reader who knows every shown figure and that rows add up (S3)."""

import itertools
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.reporting.disclosure.rules import Shown, median_bound, share, show_count, show_rows, show_total

ONE = ("accepted",)
TWO = ("accepted", "owned")


def possible(shown: Mapping[str, Shown], total: int | None, row: str, name: str) -> tuple[int, int]:
    """The least and most a withheld cell can be, by the sum alone; a withheld total bounds nothing."""
    if total is None:
        return 0, 10**6
    known = sum(cells[name] or 0 for cells in shown.values())
    hidden = [key for key, cells in shown.items() if cells[name] is None]
    left = total - known
    return (left if len(hidden) == 1 else 0), left


@given(st.lists(st.integers(0, 40), min_size=1, max_size=6))
def test_no_withheld_row_is_told_by_its_total(counts: list[int]) -> None:
    rows = {f"site-{i}": {"accepted": n} for i, n in enumerate(counts)}
    total = show_total({"accepted": sum(counts)}, ONE)
    shown = show_rows(rows, total, ONE)
    for row, cells in shown.items():
        if cells["accepted"] is None and total["accepted"] is not None:
            least, most = possible(shown, total["accepted"], row, "accepted")
            assert least == 0
            assert most >= 10
        if cells["accepted"] is not None:
            assert cells["accepted"] == rows[row]["accepted"] >= 11


@settings(max_examples=300)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=5))
def test_no_shown_difference_is_a_small_group(pairs: list[tuple[int, int]]) -> None:
    rows = {f"site-{i}": {"accepted": max(pair), "owned": min(pair)} for i, pair in enumerate(pairs)}
    total = show_total({name: sum(row[name] for row in rows.values()) for name in TWO}, TWO)
    shown = show_rows(rows, total, TWO)
    for cells in (*shown.values(), total):
        if cells["accepted"] is not None and cells["owned"] is not None:
            assert cells["accepted"] - cells["owned"] not in range(1, 11)
    for row, cells in shown.items():
        for name in TWO:
            if cells[name] is None and total[name] is not None:
                least, most = possible(shown, total[name], row, name)
                assert least == 0
                assert most >= 10


def test_every_small_table_by_brute_force() -> None:
    for counts in itertools.product(range(0, 24, 3), repeat=3):
        rows = {str(i): {"accepted": n} for i, n in enumerate(counts)}
        total = show_total({"accepted": sum(counts)}, ONE)
        shown = show_rows(rows, total, ONE)
        if total["accepted"] is None:
            assert all(cells["accepted"] is None for cells in shown.values())
            continue
        fits = [
            guess
            for guess in itertools.product(range(total["accepted"] + 1), repeat=3)
            if sum(guess) == total["accepted"]
            and all(shown[str(i)]["accepted"] in (None, n) for i, n in enumerate(guess))
        ]
        for i in range(3):
            if shown[str(i)]["accepted"] is None:
                assert {guess[i] for guess in fits} >= set(range(11))


@pytest.mark.parametrize(("n", "shown"), [(0, None), (10, None), (11, 11), (12, 12)])
def test_a_count_alone_is_shown_from_eleven(n: int, shown: int | None) -> None:
    assert show_count(n) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(15, 19, None), (20, 20, 1.0), (0, 20, 0.0), (10, 40, None), (30, 40, None), (20, 40, 0.5)],
)
def test_shares_stand_on_twenty_and_never_beside_a_small_group(part: int, whole: int, shown: float | None) -> None:
    assert share(part, whole) == shown


def test_a_median_stands_on_twenty() -> None:
    assert median_bound({"5": 10, "60": 9}, ["5", "60", "over"]) is None
    assert median_bound({"5": 9, "60": 10, "over": 1}, ["5", "60", "over"]) == "60"
