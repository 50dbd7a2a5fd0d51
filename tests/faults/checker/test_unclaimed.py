"""A lead nobody claims needs a request of its own whose answer nobody saw: a matching, not a count."""

from tests.faults.checker.building import BEGAN, Story
from tests.faults.checker.laws.accepted import contents
from tests.faults.checker.laws.unclaimed import nothing_else_came_in, unmatched
from tests.faults.checker.operations import operations

AT = BEGAN.timestamp()


def _left(story: Story) -> int:
    return len(list(nothing_else_came_in(story.evidence())))


def test_a_request_is_moved_to_another_lead_when_that_seats_both() -> None:
    """The first lead fits both requests, the second only the one that a greedy look would give to the first."""
    story = Story().refer(answered=False, key="one").refer(answered=False, key="two")
    story.history[0]["facts"] = {}
    story.history[1]["facts"] = {"study": "alder"}
    orphans = list(story.records["referrals"])
    orphans[1].body["study"] = "birch"
    asked = [[one] for one in operations(story.history, "refer")]
    assert unmatched(orphans, asked) == []
    assert unmatched(orphans[::-1], asked) == []
    assert len(unmatched(orphans, asked[1:])) == 1


def test_a_request_that_was_never_sent_cannot_have_come_in() -> None:
    story = Story().refer(answered=False)
    told = {"what": "failed_to_answer", "ask": 1, "why": "refused", "sent": False}
    story.history.append({"n": 2, "at": AT} | told)
    assert _left(story) == 1


def test_a_request_of_another_route_says_nothing_about_a_lead() -> None:
    story = Story().refer(answered=False)
    story.history[0]["route"] = "quarrel-birch"
    assert _left(story) == 1


def test_an_answer_that_came_later_claims_the_lead() -> None:
    story = Story().refer(answered=False, key="k")
    story.asked("k", 202, {"lead": story.lead, "status": "accepted"}, kind="again")
    assert _left(story) == 0
    assert [len(sent) for sent in contents(story.evidence()).values()] == [2]
