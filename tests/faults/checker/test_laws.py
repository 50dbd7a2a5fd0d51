"""Clean evidence breaks no law; each planted fault breaks exactly its own group; no law is without its fault."""

from collections.abc import Mapping

import pytest

from tests.faults.checker.evidence import Evidence
from tests.faults.checker.laws import DELIVERY, RUN
from tests.faults.checker.planting import PLANTED
from tests.faults.checker.telling import usual


def _groups(evidence: Evidence) -> Mapping[str, set[str]]:
    """group -> laws that speak of it."""
    found: dict[str, set[str]] = {}
    for law in (*DELIVERY, *RUN):
        for breach in law(evidence):
            found.setdefault(breach.group, set()).add(breach.law)
    return found


def test_clean_evidence_breaks_no_law() -> None:
    assert _groups(usual().evidence()) == {}


def test_an_unanswered_request_may_have_come_in_once_or_not_at_all() -> None:
    story = usual().refer(answered=False)
    story.asked("never-came", None)
    story.refused()
    story.asked("perhaps-refused", None, kind="refused", expect=[422])
    assert _groups(story.evidence()) == {}


@pytest.mark.parametrize("fault", PLANTED)
def test_each_planted_fault_is_named_by_its_law(fault: str) -> None:
    tell, group, law = PLANTED[fault]
    found = _groups(tell(usual()))
    assert found.keys() == {group}
    assert law in found[group]


def test_every_law_has_a_fault_that_it_finds() -> None:
    assert {law for _, _, law in PLANTED.values()} == {law.__name__ for law in (*DELIVERY, *RUN)}
