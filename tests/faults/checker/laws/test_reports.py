"""Reports: the story is clean, and each count that is not the recount is named."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.checker.laws import reports
from tests.faults.checker.models.story import Story, the_story

FUNNEL = ("accepted", "owned", "first_attempt", "reached", "prescreen_started")
SMALL = {"withheld": "small"}


def broken(story: Story) -> set[tuple[str, str]]:
    """(group, key) of whatever does not hold."""
    return {(breach.group, breach.key) for breach in reports.law(story.evidence)}


def summary(**movement: Any) -> dict[str, Any]:
    """What the sponsor of a study with few people is shown: nothing."""
    rates = ("answered", "share_within_target", "half_within_business_minutes", "missed")
    return {
        "complete_up_to": "2026-01-05T09:01:00Z",
        "incomplete_keys": 0,
        "movement": {"people": dict.fromkeys(FUNNEL, SMALL), "by_site": [], "by_partner": [], "by_week": []} | movement,
        "first_response": dict.fromkeys(rates, SMALL),
        **{section: {"counts": {}} for section in ("alerts", "refused", "closed", "blocked")},
    }


def test_a_clean_run_breaks_nothing() -> None:
    story = the_story()
    story.answers["reporting:vell/alder"] = summary()
    assert broken(story) == set()


def _one_more_accepted(story: Story) -> None:
    story.history.append(story.history[0] | {"n": 91, "sha": "another"})
    story.history.append(story.history[1] | {"n": 92, "ask": 91, "body": {"lead": "another"}})


CHANGES: dict[str, tuple[Callable[[Story], object], tuple[str, str]]] = {
    "a fact was counted twice": (
        lambda s: s.row("reporting.tally", word="reached").update(n=2),
        ("aggregates", "alder/movement/north/one/2026-01-05/reached"),
    ),
    "a fact was not counted": (
        lambda s: s.tables["reporting.tally"].remove(s.row("reporting.tally", word="missed")),
        ("aggregates", "alder/deadline/north//2026-01-05/missed"),
    ),
    "something was counted that nobody said": (
        lambda s: s.row("reporting.tally", word="transport").update(n=1),
        ("aggregates", "alder/blocked/north/one/0001-01-01/transport"),
    ),
    "an accepted referral is missing everywhere": (_one_more_accepted, ("aggregates", "alder/north/one")),
    "the sponsor is shown another number": (
        lambda s: s.answers.update({"reporting:vell/alder": summary(people={"accepted": 12})}),
        ("aggregates", "alder/movement/accepted"),
    ),
    "the sponsor is shown a small number": (
        lambda s: s.answers.update({"reporting:vell/alder": summary(people={"accepted": 5})}),
        ("leaks", "alder/movement/accepted"),
    ),
    "the sponsor is shown a wrong number of a site": (
        lambda s: s.answers.update(
            {"reporting:vell/alder": summary(by_site=[{"id": "north", "people": {"owned": 40}}])}
        ),
        ("aggregates", "alder/movement/by_site/north/owned"),
    ),
    "the report is not complete at rest": (
        lambda s: s.answers.update({"reporting:vell/alder": summary() | {"incomplete_keys": 2}}),
        ("aggregates", "alder"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_does_not_hold_is_named(what: str) -> None:
    change, named = CHANGES[what]
    story = the_story()
    change(story)
    assert named in broken(story)


def test_a_referral_of_which_nobody_heard_may_be_counted_or_not() -> None:
    story = the_story()
    del story.history[-1]
    assert broken(story) == set()
    story.row("reporting.tally", word="accepted", partner="one").update(n=3)
    assert {key for _, key in broken(story)} == {"alder/movement/north/one/2026-01-05/accepted"}
