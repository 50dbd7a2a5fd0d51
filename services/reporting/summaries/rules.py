"""The summary of a study from its aggregates: pure, and everything in it passed `disclosure`.

Tables have a row for every site and partner of the study, whether anybody came or not: a row that is there only when
somebody came would narrow a withheld count (S3). Weeks in which nothing may be shown are left out.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from contracts.vocabulary import BlockerKind, CloseGroup, Milestone, Refusal, Word
from services.reporting.disclosure.rules import Shown, median_bound, share, show_count, show_rows, show_total
from services.reporting.measures.rules import BOUNDS, Cell, Measure

FUNNEL: Final = tuple(
    milestone.value
    for milestone in (
        Milestone.ACCEPTED,
        Milestone.OWNED,
        Milestone.FIRST_ATTEMPT,
        Milestone.REACHED,
        Milestone.PRESCREEN_STARTED,
    )
)
"""the milestones this release's commands reach, in order"""

WITHHELD: Final = {"withheld": "small"}
_ALERTS: Final = ("raised", "delivered", "acknowledged", "failed")

Json = dict[str, Any]


def movement(cells: Counter[Cell], *, sites: Mapping[str, str], partners: Mapping[str, str]) -> Json:
    """Where leads wait: people per milestone, in all, by site, by source, by week received. Names by id."""
    moved = [(cell, n) for cell, n in cells.items() if cell.measure == Measure.MOVEMENT]
    total = show_total(_sum(moved, lambda _: "all").get("all", Counter()), FUNNEL)
    weeks = show_rows(_sum(moved, lambda cell: cell.week.isoformat()), total, FUNNEL)
    return {
        "decides": "where leads stop moving",
        "people": _cells(total),
        "by_site": _table(_sum(moved, lambda cell: cell.site), total, sites),
        "by_partner": _table(_sum(moved, lambda cell: cell.partner), total, partners),
        "by_week": [
            {"week": week, "people": _cells(weeks[week])} for week in sorted(weeks) if any(weeks[week].values())
        ],
    }


def first_response(cells: Counter[Cell]) -> Json:
    """Whether the sites keep up; shares and the median stand on 20 answers."""
    deadline = _words(cells, Measure.DEADLINE)
    answered = deadline["within_target"] + deadline["over_target"]
    bounds = [*(str(bound) for bound in BOUNDS), "over"]
    return {
        "decides": "whether the sites keep up",
        "answered": _cell(show_count(answered)),
        "share_within_target": _cell(share(deadline["within_target"], answered)),
        "half_within_business_minutes": _cell(median_bound(_words(cells, Measure.RESPONSE), bounds)),
        "missed": _cell(show_count(deadline["missed"])),
    }


def by_word(cells: Counter[Cell]) -> Json:
    """Alerts, refusals, ends and blockers by their closed lists: every word is there, whether it happened or not."""
    return {
        "alerts": {"decides": "whether staff are reached", "counts": _listed(cells, Measure.ALERT, _ALERTS)},
        "refused": {"decides": "what partners should mend", "counts": _listed(cells, Measure.REFUSED, _of(Refusal))},
        "closed": {
            "decides": "what to change about sources",
            "counts": _listed(cells, Measure.CLOSED, _of(CloseGroup)),
        },
        "blocked": {"decides": "who is to resolve it", "counts": _listed(cells, Measure.BLOCKED, _of(BlockerKind))},
    }


def _table(counts: dict[str, Counter[str]], total: Shown, names: Mapping[str, str]) -> list[Json]:
    rows = show_rows({key: counts.get(key, Counter()) for key in {*names, *counts}}, total, FUNNEL)
    return [{"id": key, "name": names.get(key, key), "people": _cells(rows[key])} for key in sorted(rows)]


def _sum(moved: Iterable[tuple[Cell, int]], of: Callable[[Cell], str]) -> dict[str, Counter[str]]:
    rows: dict[str, Counter[str]] = {}
    for cell, n in moved:
        rows.setdefault(of(cell), Counter())[cell.word] += n
    return rows


def _words(cells: Counter[Cell], measure: Measure) -> Counter[str]:
    words: Counter[str] = Counter()
    for cell, n in cells.items():
        if cell.measure == measure:
            words[cell.word] += n
    return words


def _listed(cells: Counter[Cell], measure: Measure, words: Iterable[str]) -> Json:
    counts = _words(cells, measure)
    return {word: _cell(show_count(counts[word])) for word in words}


def _of(words: type[Word]) -> list[str]:
    return [word.value for word in words if word.name != "OTHER"]


def _cells(shown: Shown) -> Json:
    return {name: _cell(n) for name, n in shown.items()}


def _cell(value: int | float | str | None) -> Any:
    return WITHHELD if value is None else value
