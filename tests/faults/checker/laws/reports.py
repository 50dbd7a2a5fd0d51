"""Reports are a recount: of every fact, of what the partners were answered, and of what a sponsor is shown (P11)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from tests.faults.checker.evidence import Breach, Evidence
from tests.faults.checker.laws import summaries
from tests.faults.checker.models.folded import Folded, folded
from tests.faults.checker.models.reporting import Cell
from tests.faults.checker.operations import Outcome, operations

GROUP: Final = "aggregates"
FACTS: Final = "aggregates equal a recount of the facts"
HISTORY: Final = "aggregates equal a recount of the history"

Place = tuple[str, str, str]
"""(study, site, partner)"""


def law(evidence: Evidence) -> Iterator[Breach]:
    """All of it."""
    model = folded(evidence)
    kept = _tallies(evidence)
    for cell in kept.keys() | model.recount.cells.keys():
        if kept[cell] != model.recount.cells[cell]:
            yield Breach(FACTS, GROUP, _name(cell), f"{kept[cell]} kept, {model.recount.cells[cell]} recounted")
    yield from _by_history(evidence, kept, model)
    yield from summaries.law(evidence, model)


def _tallies(evidence: Evidence) -> Counter[Cell]:
    kept: Counter[Cell] = Counter()
    for row in evidence.tables["reporting.tally"]:
        study, measure, site, partner = (row[name] for name in ("study", "measure", "site", "partner"))
        kept[study, measure, site, partner, _week(row["week"]), row["word"]] += row["n"]
    return kept


def _week(kept: object) -> date:
    """What belongs to no week stands under the first day there is, which is `-infinity` in PostgreSQL."""
    return kept if isinstance(kept, date) else date.min


def _by_history(evidence: Evidence, kept: Counter[Cell], model: Folded) -> Iterator[Breach]:
    """Accepted people by place: those who were answered, and of those nobody heard an answer for at most as many.

    Weeks are left to the recount of the facts: at midnight on Sunday the history cannot say which it was.
    """
    answered: dict[Place, set[str]] = {}
    unknown: dict[Place, set[str]] = {}
    settled: set[str] = set()
    for one in operations(evidence.history, "refer"):
        place = (one.asked["study"], one.asked["site"], one.asked["partner"])
        if one.lead is not None:
            answered.setdefault(place, set()).add(one.lead)
            settled.add(one.asked["sha"])
        elif one.outcome is Outcome.UNKNOWN and 202 in one.asked.get("expect", ()):
            unknown.setdefault(place, set()).add(one.asked["sha"])
    if not answered:
        return
    shown: Counter[Place] = Counter()
    for (study, measure, site, partner, _, word), n in kept.items():
        if (measure, word) == ("movement", "accepted"):
            shown[study, site, partner] += n
    for place in answered.keys() | unknown.keys() | shown.keys():
        least = len(answered.get(place, ()))
        most = least + len(unknown.get(place, set()) - settled)
        if not least <= shown[place] <= most:
            expected = str(least) if least == most else f"{least} to {most}"
            yield Breach(HISTORY, GROUP, "/".join(place), f"{shown[place]} accepted, by the history {expected}")


def _name(cell: Cell) -> str:
    return "/".join(map(str, cell))
