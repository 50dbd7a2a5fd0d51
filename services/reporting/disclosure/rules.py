"""Which counts a sponsor may see (S3). Under 11 is withheld, and so is whatever would give a withheld count away.

One table: rows (sites, partners, weeks) by milestones, with the study's total of each milestone. Known to the reader:
rows add up to the total, and who reached a later milestone reached the earlier ones too. So besides small counts,
1. a count that differs from the nearest earlier shown one by 1 to 10 is withheld: the difference is a small group;
2. the withheld rows of a milestone are at least two, and together at least 11: else the total gives them away.
Checked in tests against every table of small size, solved by brute force. What it does not do is stated in
docs/decisions/0006: no check over earlier publications, which come with the weekly updates.
"""

from collections.abc import Mapping, Sequence
from typing import Final

THRESHOLD: Final = 11
"""the smallest count of people that is shown"""

RATES_FROM: Final = 20
"""the smallest count on which a share or a median is shown"""

Counts = Mapping[str, int]
"""milestone -> people"""

Shown = dict[str, int | None]
"""milestone -> people, None where withheld"""


def show_total(counts: Counts, order: Sequence[str]) -> Shown:
    """The study's own row: small counts and small differences withheld."""
    return _row(counts, order, {name: counts.get(name, 0) >= THRESHOLD for name in order})


def show_rows(rows: Mapping[str, Counts], total: Shown, order: Sequence[str]) -> dict[str, Shown]:
    """The rows of one table beside its total; rows and total never give a withheld count away."""
    visible = {
        row: {name: total[name] is not None and counts.get(name, 0) >= THRESHOLD for name in order}
        for row, counts in rows.items()
    }
    while True:
        before = {row: dict(cells) for row, cells in visible.items()}
        for row, counts in rows.items():
            shown = _row(counts, order, visible[row])
            visible[row] = {name: shown[name] is not None for name in order}
        for name in order:
            _complement(rows, visible, name)
        if visible == before:
            return {row: _row(counts, order, visible[row]) for row, counts in rows.items()}


def share(part: int, whole: int) -> float | None:
    """A share in steps of one per cent, None on small counts or where the complement is small."""
    if whole < RATES_FROM or 0 < part < THRESHOLD or 0 < whole - part < THRESHOLD:
        return None
    return round(part / whole, 2)


def median_bound(histogram: Mapping[str, int], bounds: Sequence[str]) -> str | None:
    """The bound that half of all responses are within, None on small counts."""
    whole = sum(histogram.values())
    if whole < RATES_FROM:
        return None
    below = 0
    for bound in bounds:
        below += histogram.get(bound, 0)
        if 2 * below >= whole:
            return bound
    return None


def show_count(n: int) -> int | None:
    """One count that stands alone."""
    return n if n >= THRESHOLD else None


def _row(counts: Counts, order: Sequence[str], visible: Mapping[str, bool]) -> Shown:
    """Show what is visible, unless it lies within 10 of the nearest earlier shown count."""
    shown: Shown = {}
    last: int | None = None
    for name in order:
        n = counts.get(name, 0)
        shows = visible[name] and (last is None or last - n == 0 or last - n >= THRESHOLD)
        shown[name] = n if shows else None
        last = n if shows else last
    return shown


def _complement(rows: Mapping[str, Counts], visible: dict[str, dict[str, bool]], name: str) -> None:
    """Withhold the smallest shown rows until what is withheld cannot be told from the total."""
    while True:
        hidden = [row for row in rows if not visible[row][name]]
        if not hidden or (len(hidden) > 1 and sum(rows[row].get(name, 0) for row in hidden) >= THRESHOLD):
            return
        shown = [row for row in rows if visible[row][name]]
        if not shown:
            return
        smallest = min(shown, key=lambda row: (rows[row].get(name, 0), row))
        visible[smallest][name] = False
