"""In which order the models apply what the topics have, and what they pass over."""

from dataclasses import replace

from tests.faults.checker.laws import MODELS
from tests.faults.checker.models.facts import in_order
from tests.faults.checker.models.story import A, Story, the_story
from tests.faults.checker.record import Record


def told(*records: Record) -> list[tuple[str, int]]:
    return [(fact.type, fact.version) for fact in in_order(records)]


def three(kind: str = "LeadNoticed", ignorable: str = "true") -> list[Record]:
    """The first three facts of a lead; the second is of a type that nobody here knows."""
    first, second, third = [one for one in the_story().records["leads"] if one.key == A][:3]
    head = {**second.headers, "ce_type": f"baton.{kind}.v1", "ce_ignorable": ignorable}
    return [first, replace(second, headers=head, body={"lead": A}), third]


def test_what_stands_behind_a_gap_waits_for_it() -> None:
    first, second, third = [one for one in the_story().records["leads"] if one.key == A][:3]
    assert told(first, third) == told(first)
    assert told(first, third, second, second) == told(first, second, third)


def test_a_type_that_may_be_ignored_takes_its_version_and_nothing_else() -> None:
    first, second, third = three()
    assert [version for _, version in told(first, second, third)] == [1, 3]
    assert [version for _, version in told(first, third, second)] == [1, 3]


def test_a_type_that_may_not_be_ignored_holds_up_its_key() -> None:
    assert [version for _, version in told(*three(ignorable="false"))] == [1]


def test_a_release_that_says_more_breaks_no_law() -> None:
    story = the_story()
    for lead in {one.key for one in story.records["alerts"]}:
        said_beside(story, lead)
    assert [breach for law in MODELS for breach in law(story.evidence)] == []


def said_beside(story: Story, lead: str) -> None:
    """An ignorable fact as the first of sla's about this lead."""
    said = story.records["alerts"]
    for n, one in enumerate(said):
        if one.key == lead:
            head = {**one.headers, "ce_keyversion": str(int(one.headers["ce_keyversion"]) + 1)}
            said[n] = replace(one, headers=head)
    first = next(n for n, one in enumerate(said) if one.key == lead)
    head = {**said[first].headers, "ce_type": "baton.AlertNoticed.v1", "ce_ignorable": "true", "ce_keyversion": "1"}
    said.insert(first, replace(said[first], headers=head, body={"lead": lead}))
