"""What a sponsor is shown over HTTP: every shown number is the recount's, no small count is shown (S3)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.models.folded import Folded
from tests.faults.checker.models.reporting import BOUNDS, Cell

GROUP: Final = "aggregates"
SHOWN: Final = "what a sponsor is shown equals the recount"
SMALL: Final = "no small count is shown"

LEAST: Final = 11
"""The smallest count of people that is shown."""
FOR_RATES: Final = 20
"""The smallest count a share or a median stands on."""

Cells = list[tuple[Cell, int]]


def law(evidence: Evidence, model: Folded) -> Iterator[Breach]:
    """Each study's summary that was asked for; only what is shown is compared."""
    of_study: dict[str, Cells] = {}
    for cell, n in model.recount.cells.items():
        of_study.setdefault(cell[0], []).append((cell, n))
    for name, answer in evidence.answers.items():
        service, _, rest = name.partition(":")
        if service == "reporting" and isinstance(answer, Mapping):
            study = rest.partition("/")[2]
            for path, shown, counted in _pairs(answer, of_study.get(study, [])):
                yield from _judged(study, path, shown, counted)
            yield from _complete(study, answer, model)


def _judged(study: str, path: str, shown: Any, counted: Any) -> Iterator[Breach]:
    if isinstance(shown, Mapping) or shown is None:  # withheld
        return
    if shown != counted:
        yield Breach(SHOWN, GROUP, f"{study}/{path}", f"{shown} shown, {counted} recounted")
    if isinstance(shown, int) and shown < LEAST:
        yield Breach(SMALL, "leaks", f"{study}/{path}", f"{shown} is shown")


def _complete(study: str, answer: Mapping[str, Any], model: Folded) -> Iterator[Breach]:
    """At rest nothing is missing, and it says so."""
    if answer.get("incomplete_keys") != 0 or answer.get("complete_up_to") is None:
        says = f"complete up to {answer.get('complete_up_to')}, {answer.get('incomplete_keys')} keys incomplete"
        yield Breach("reports are complete at rest", GROUP, study, says)


def _pairs(answer: Mapping[str, Any], cells: Cells) -> Iterator[tuple[str, Any, Any]]:
    """(where, what is shown, what the recount says) for every number of a summary."""
    yield from _movement(answer["movement"], [(cell, n) for cell, n in cells if cell[1] == "movement"])
    yield from _response(answer["first_response"], cells)
    words = {"alerts": "alert", "refused": "refused", "closed": "closed", "blocked": "blocked"}
    for section, measure in words.items():
        counted = _sums(cells, measure, lambda cell: cell[5])
        for word, shown in answer[section]["counts"].items():
            yield f"{section}/{word}", shown, counted[word]


def _movement(shown: Mapping[str, Any], cells: Cells) -> Iterator[tuple[str, Any, Any]]:
    tables: dict[str, tuple[str, Callable[[Cell], str]]] = {
        "by_site": ("id", lambda cell: cell[2]),
        "by_partner": ("id", lambda cell: cell[3]),
        "by_week": ("week", lambda cell: cell[4].isoformat()),
    }
    totals = _sums(cells, "movement", lambda cell: cell[5])
    for word, n in shown["people"].items():
        yield f"movement/{word}", n, totals[word]
    for table, (name, of) in tables.items():
        counted = _sums(cells, "movement", lambda cell, of=of: (of(cell), cell[5]))  # type: ignore[misc]
        for row in shown[table]:
            for word, n in row["people"].items():
                yield f"movement/{table}/{row[name]}/{word}", n, counted[row[name], word]


def _response(shown: Mapping[str, Any], cells: Cells) -> Iterator[tuple[str, Any, Any]]:
    deadline = _sums(cells, "deadline", lambda cell: cell[5])
    answered = deadline["within_target"] + deadline["over_target"]
    share = round(deadline["within_target"] / answered, 2) if answered else 0.0
    yield "first_response/answered", shown["answered"], answered
    yield "first_response/missed", shown["missed"], deadline["missed"]
    yield "first_response/share", _rate(shown["share_within_target"]), share
    bounds = _sums(cells, "response", lambda cell: cell[5])
    yield "first_response/half", shown["half_within_business_minutes"], _half(bounds, answered)


def _rate(shown: Any) -> Any:
    """A share is no count: 0 and 1 of many may be shown."""
    return float(shown) if isinstance(shown, int | float) else shown


def _half(bounds: Counter[Any], answered: int) -> str:
    """The first bound half of them are within."""
    below = 0
    for bound in (*map(str, BOUNDS), "over"):
        below += bounds[bound]
        if 2 * below >= answered:
            return bound
    return "over"


def _sums(cells: Cells, measure: str, of: Callable[[Cell], Any]) -> Counter[Any]:
    found: Counter[Any] = Counter()
    for cell, n in cells:
        if cell[1] == measure:
            found[of(cell)] += n
    return found
