"""Owners and places: the story is clean, and each way of losing a lead or overloading a person is named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker.laws import owners
from tests.faults.checker.laws.owners import NEVER_OVER
from tests.faults.checker.models.story import A, C, D, E, Story, the_story

CHOICE: dict[str, Any] = {"pool": "north-desk", "reason": "least_loaded", "capacity": 1, "candidates": 1}


def broken(story: Story) -> set[tuple[str, str]]:
    """(law, key) of whatever does not hold."""
    return {(breach.law, breach.key) for breach in owners.law(story.evidence)}


def test_a_clean_run_breaks_nothing() -> None:
    assert broken(the_story()) == set()


def _without_owner(story: Story) -> None:
    for kind in ("OwnerAssigned", "LeadWaiting"):
        story.unsay("leads", kind, D)


def _same_backup(story: Story) -> None:
    story.of_lead(C, "OwnerAssigned", 20, owner="otto", backup="otto", load=0, **CHOICE)


def _outsider(story: Story) -> None:
    story.of_lead(E, "OwnerAssigned", 20, owner="perrin", backup="otto", load=0, **CHOICE)


def _over(story: Story) -> None:
    story.of_lead(E, "OwnerAssigned", 20, owner="otto", backup="ines", load=1, **CHOICE)


def _over_unsaid(story: Story) -> None:
    """Two at once, each of which believes to be the first: a lost update of the counter."""
    story.of_lead(E, "OwnerAssigned", 20, owner="otto", backup="ines", load=0, **CHOICE)


def _forgotten(story: Story) -> None:
    story.unsay("leads", "OwnerAssigned", D)
    story.row("routing.staff_load", staff="ines").update(open=0)


def _skipped(story: Story) -> None:
    story.of_lead(A, "OwnerAssigned", 20, owner="otto", backup="ines", load=4, **CHOICE)


CHANGES: dict[str, tuple[Callable[[Story], object], tuple[str, str]]] = {
    "nobody owns it, and nothing says why": (_without_owner, ("one owner per open lead, or a named exception", D)),
    "owner and backup are one": (_same_backup, ("owner and backup are different people", C)),
    "the owner is not of the pool": (_outsider, ("an owner is of the route's pool", E)),
    "given to somebody who is full": (_over, ("nobody is given a lead over capacity", E)),
    "two at once with room for one": (_over_unsaid, (NEVER_OVER, "otto")),
    "a place is free and somebody waits for it": (_forgotten, ("the waiting room drains itself", E)),
    "the counter jumped": (_skipped, ("an owner's counter goes up by one with each lead", "otto")),
    "the counter is not the recount": (
        lambda s: s.row("routing.staff_load", staff="otto").update(open=0),
        ("counters are what a recount says", "otto"),
    ),
    "the counter is over the limit": (
        lambda s: s.row("routing.staff_load", staff="otto").update(open=2),
        (NEVER_OVER, "otto"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_does_not_hold_is_named(what: str) -> None:
    change, named = CHANGES[what]
    story = the_story()
    change(story)
    assert named in broken(story)


def test_who_takes_over_as_the_other_closes_was_never_over() -> None:
    """ines closes A at 5.0 and gets D in the same transaction; on the topic the close is sent last."""
    story = the_story()
    said = story.records["leads"]
    closing = [one for one in said if one.headers["ce_correlationid"] == "closes A"]
    story.records["leads"] = [one for one in said if one not in closing] + closing
    assert broken(story) == set()
