"""How many refusals must be said: by key, by code, with what nobody saw the answer of."""

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.laws.refusals import each_refusal_said_once


def _groups(story: Story) -> list[str]:
    return [breach.group for breach in each_refusal_said_once(story.evidence())]


@pytest.mark.parametrize(("facts", "groups"), [(0, ["lost"]), (1, []), (2, ["doubled"])])
def test_the_same_refusal_again_under_its_key_says_nothing_more(facts: int, groups: list[str]) -> None:
    story = Story().refused(facts=facts)
    first = story.history[0]
    story.asked(story.key, 422, {"code": "permission_missing"}, kind="again", facts=first["facts"])
    assert _groups(story) == groups


@pytest.mark.parametrize(("facts", "groups"), [(0, []), (1, []), (2, ["doubled"])])
def test_an_unanswered_refusal_is_said_once_or_not_at_all(facts: int, groups: list[str]) -> None:
    story = Story().refused(facts=facts)
    del story.history[1]
    assert _groups(story) == groups


@pytest.mark.parametrize(("facts", "groups"), [(0, []), (1, ["doubled"])])
def test_a_slip_is_never_said(facts: int, groups: list[str]) -> None:
    story = Story().refused(facts=facts)
    story.history[1]["body"] = {"code": "field_invalid"}
    assert _groups(story) == groups


def test_a_route_that_is_not_the_partners_own_is_not_named() -> None:
    story = Story().refused("route_unknown")
    story.history[0]["facts"]["route"] = None
    story.records["referrals"][0].body["route"] = None
    assert _groups(story) == []
