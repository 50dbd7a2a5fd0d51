"""Owners after a restore: by the facts, those said twice among them, and by the rows of routing and sla."""

from collections.abc import Callable

import pytest

from tests.faults.checker.models.story import A, B, C, E, Story, the_story
from tests.faults.checker.restored import owned
from tests.faults.checker.restored.test_notices import case_of


def broken(story: Story) -> set[tuple[str, str]]:
    case = case_of(story, "routing")
    rules = (owned.owned_on_the_topics, owned.owned_in_routing, owned.owned_in_sla)
    return {(breach.group, breach.key) for rule in rules for breach in rule(case)}


def _said_again(story: Story) -> None:
    """C is opened and owned a second time, which sla has heard."""
    opening = {"route": "one-alder", "channel": "partner_api", "priority": "routine"}
    story.of_lead(C, "LeadOpened", 31.0, "again", **opening, received_at="2026-01-05T09:00:03Z")
    choice = {"pool": "north-desk", "reason": "least_loaded", "load": 0, "capacity": 1, "candidates": 1}
    story.of_lead(C, "OwnerAssigned", 31.0, "again", owner="otto", backup="ines", **choice)
    story.row("sla.lead", id=C)["version"] = 8


def test_a_lead_that_is_opened_twice_is_still_owned_once() -> None:
    assert broken(the_story()) == set()
    story = the_story()
    _said_again(story)
    assert broken(story) == set()


def test_a_lead_that_the_copy_has_open_and_the_topics_closed_is_still_owned() -> None:
    story = the_story()
    story.row("routing.lead", id=A).update(closed_at=None)
    story.row("routing.staff_load", staff="ines").update(open=2, hard=2)
    assert broken(story) == set()
    story.row("routing.lead", id=A).update(owner=None)
    story.row("routing.staff_load", staff="ines").update(open=1)
    assert broken(story) == {("owners", A)}


CHANGES: dict[str, tuple[Callable[[Story], object], tuple[str, str]]] = {
    "a lead that routing lost": (lambda s: s.tables["routing.lead"].pop(), ("lost", E)),
    "a lead that never came in": (lambda s: s.row("routing.lead", id=E).update(id="other"), ("state", "other")),
    "a lead without owner": (lambda s: s.row("routing.lead", id=E).update(waiting=None), ("owners", E)),
    "an owner who is waited for": (lambda s: s.row("routing.lead", id=C).update(waiting="no_capacity"), ("owners", C)),
    "two owners": (lambda s: s.row("routing.lead", id=C).update(owner="ines"), ("owners", C)),
    "two primaries": (lambda s: s.row("routing.lead", id=B).update(duplicate_of=None), ("owners", B)),
    "a place that nobody takes": (
        lambda s: s.row("routing.staff_load", staff="otto").update(open=0),
        ("owners", "otto"),
    ),
    "more than there is room for": (
        lambda s: s.row("routing.staff_load", staff="otto").update(hard=0),
        ("owners", "otto"),
    ),
    "a fact that sla did not hear": (lambda s: s.row("sla.lead", id=C).update(version=5), ("owners", C)),
    "an alert with somebody else": (
        lambda s: s.row("sla.alert", lead=C, level="breach").update(staff="ines"),
        ("owners", C),
    ),
    "an alert of an answered lead": (lambda s: s.row("sla.alert", lead=C, level="breach").update(lead=A), ("state", A)),
    "nobody at all": (lambda s: s.unsay("leads", "LeadWaiting", E), ("owners", E)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_whatever_is_not_owned_once_is_named(name: str) -> None:
    change, expected = CHANGES[name]
    story = the_story()
    change(story)
    assert expected in broken(story)
