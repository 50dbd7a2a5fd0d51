"""Commands of coordinators are told from what else their transactions say."""

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.laws.acts import acts_are_done_once
from tests.faults.checker.record import Record


def _groups(story: Story) -> list[str]:
    return [breach.group for breach in acts_are_done_once(story.evidence())]


def _together(first: Record, second: Record) -> None:
    headers = second.headers
    assert isinstance(headers, dict)
    headers["ce_correlationid"] = first.headers["ce_correlationid"]


def test_an_attempt_that_sets_the_next_action_is_one_command() -> None:
    story = Story().refer().acted()
    body = {"lead": story.lead, "action": "call_again", "who": "owner"}
    _together(story.records["leads"][-1], story.say("leads", story.lead, "NextActionSet", body, actor="staff:ines"))
    assert _groups(story) == []


def test_a_lead_that_gets_the_place_of_a_closed_one_got_no_command() -> None:
    story = Story().refer()
    owner = story.say("leads", story.lead, "OwnerAssigned", {"owner": "otto"}, actor="staff:ines")
    body = {"lead": story.lead, "action": "first_call", "who": "owner"}
    _together(owner, story.say("leads", story.lead, "NextActionSet", body, actor="staff:ines"))
    assert _groups(story) == []


@pytest.mark.parametrize(
    ("command", "body", "kind", "said"),
    [
        ("close", {"reason": "too_far"}, "LeadClosed", {"reason": "too_far"}),
        ("blockers", {"kind": "transport"}, "BlockerRaised", {"kind": "transport"}),
        ("blockers/transport/clear", None, "BlockerCleared", {"kind": "transport"}),
        ("next-action", {"action": "call_again"}, "NextActionSet", {"action": "call_again", "who": "owner"}),
    ],
)
def test_each_command_has_its_fact(command: str, body: object, kind: str, said: dict[str, str]) -> None:
    story = Story().refer()
    story.ask("act", 200, {}, lead=story.lead, staff="ines", command=command, body=body, version=1)
    assert _groups(story) == ["lost"]
    story.say("leads", story.lead, kind, {"lead": story.lead} | said, actor="staff:ines")
    assert _groups(story) == []


def test_another_reason_than_was_given_is_another_command() -> None:
    story = Story().refer()
    story.ask("act", 200, {}, lead=story.lead, staff="ines", command="close", body={"reason": "too_far"}, version=1)
    story.say("leads", story.lead, "LeadClosed", {"lead": story.lead, "reason": "schedule"}, actor="staff:ines")
    assert sorted(_groups(story)) == ["doubled", "lost"]
