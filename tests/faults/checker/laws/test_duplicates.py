"""Duplicates: the story is clean, and each pair that is missed, mislinked or doubly rooted is named."""

from dataclasses import replace
from typing import Any

from tests.faults.checker.laws import duplicates
from tests.faults.checker.laws.duplicates import FOUND, ONE_PRIMARY
from tests.faults.checker.models.story import A, B, C, D, Story, the_story


def broken(story: Story) -> set[tuple[str, str]]:
    """(law, key) of whatever does not hold."""
    return {(breach.law, breach.key) for breach in duplicates.law(story.evidence)}


def _retoken(story: Story, lead: str, **token: object) -> None:
    """Give a lead another token."""
    said = story.records["tokens"]
    [old] = [one for one in said if one.key == lead]
    body = {**old.body, "tokens": [{"kind": "phone", "key_version": 1, "value": "aa"} | token]}
    said[said.index(old)] = replace(old, body=body)


def test_a_clean_run_breaks_nothing() -> None:
    assert broken(the_story()) == set()


def test_a_pair_that_nobody_linked_is_named() -> None:
    story = the_story()
    for kind in ("DuplicateDecided", "DuplicateChecked"):
        story.unsay("leads", kind, B)
    assert broken(story) == {(FOUND, B)}


def test_equal_phones_of_two_studies_are_no_pair() -> None:
    story = the_story()
    [old] = [one for one in story.records["tokens"] if one.key == C]
    body = {**old.body, "study": "birch", "tokens": [{"kind": "phone", "key_version": 1, "value": "aa"}]}
    story.records["tokens"][story.records["tokens"].index(old)] = replace(old, body=body)
    assert broken(story) == set()


def test_equal_names_alone_link_nobody() -> None:
    story = the_story()
    for lead in (C, D):
        _retoken(story, lead, kind="name_birth", value="nn")
    assert broken(story) == set()


def test_the_same_person_without_an_equal_token_is_named() -> None:
    story = the_story()
    _retoken(story, B, value="zz")
    assert (FOUND, B) in broken(story)
    assert (ONE_PRIMARY, B) in broken(story)


def test_a_lead_closed_before_its_tokens_came_need_not_be_linked() -> None:
    story = the_story()
    _retoken(story, A, value="dd")
    story.unsay("leads", "DuplicateChecked", A)
    story.of_lead(A, "DuplicateChecked", 5.1, result="pending")
    assert (FOUND, D) not in broken(story)


def test_a_duplicate_of_a_duplicate_is_named() -> None:
    story = the_story()
    _retoken(story, C)
    story.of_lead(C, "DuplicateDecided", 20, primary=B, matched=["phone"])
    assert (ONE_PRIMARY, C) in broken(story)


def test_a_duplicate_of_nobody_and_of_itself_is_named() -> None:
    for primary in ("0198c0de-0000-7000-8000-0000000000ff", C):
        story = the_story()
        story.of_lead(C, "DuplicateDecided", 20, primary=primary, matched=["phone"])
        assert (ONE_PRIMARY, C) in broken(story)


def test_a_stranger_under_a_primary_is_named() -> None:
    story = the_story()
    story.of_lead(C, "DuplicateDecided", 20, primary=A, matched=["phone"])
    assert (ONE_PRIMARY, C) in broken(story)


def test_a_duplicate_with_another_owner_than_its_primary_is_named() -> None:
    story = the_story()
    choice: dict[str, Any] = {
        "pool": "north-desk",
        "reason": "primarys_owner",
        "load": 0,
        "capacity": 1,
        "candidates": 1,
    }
    story.of_lead(B, "OwnerAssigned", 20, owner="otto", backup="ines", **choice)
    assert ("a duplicate has its primary's owner", B) in broken(story)
