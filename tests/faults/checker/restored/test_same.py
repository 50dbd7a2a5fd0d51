"""reporting set back: a row that differs, is gone, or is there twice is named; when it was written is not asked."""

from typing import Any

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.restored.case import Case
from tests.faults.checker.restored.same import ends_as_it_was

TALLY = {"measure": "movement", "study": "alder", "word": "accepted", "n": 3}
FACT = {"stream": "leads", "key": "k", "version": 1, "folded_at": "earlier"}
LEASE = {"shard": 0, "term": 1}


def found(**now: list[dict[str, Any]]) -> set[tuple[str, str]]:
    """What differs when reporting ends with these tables."""
    was: dict[str, list[dict[str, Any]]] = {"tally": [TALLY], "journal": [FACT], "relay_lease": [LEASE]}
    evidence = Story().refer().evidence()
    assert isinstance(evidence.tables, dict)
    evidence.tables.update({f"reporting.{name}": rows for name, rows in (was | now).items()})
    case = Case(evidence, "reporting", 0.0, (), {f"before.{name}": rows for name, rows in was.items()})
    return {(breach.group, breach.key) for breach in ends_as_it_was(case)}


def test_bookkeeping_may_differ() -> None:
    assert found() == set()
    assert found(tally=[TALLY, TALLY | {"word": "owned", "n": 0}]) == set()
    assert found(journal=[FACT | {"folded_at": "later"}], relay_lease=[LEASE | {"term": 2}]) == set()


@pytest.mark.parametrize(
    ("tally", "groups"),
    [
        ([], {"lost"}),
        ([TALLY, TALLY], {"doubled"}),
        ([TALLY | {"n": 4}], {"lost", "doubled"}),
    ],
)
def test_any_other_difference_is_named(tally: list[dict[str, Any]], groups: set[str]) -> None:
    assert found(tally=tally) == {(group, "reporting.tally") for group in groups}
