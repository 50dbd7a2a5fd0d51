"""Each service's state against the topics: the story is clean, and each change of a row is named."""

from collections.abc import Callable

import pytest

from tests.faults.checker.laws import states
from tests.faults.checker.models.story import A, B, C, D, E, Story, alert_of, at, the_story

Change = Callable[[Story], object]


def groups(story: Story) -> set[tuple[str, str]]:
    """(group, key) of whatever does not hold."""
    return {(breach.group, breach.key) for breach in states.law(story.evidence)}


def test_a_clean_run_breaks_nothing() -> None:
    assert groups(the_story()) == set()


CHANGES: dict[str, tuple[Change, tuple[str, str]]] = {
    "a lead has another owner than was said": (
        lambda s: s.row("routing.lead", id=C).update(owner="ines"),
        ("state", C),
    ),
    "a lead's row is gone": (lambda s: s.tables["routing.lead"].pop(), ("state", E)),
    "a lead's row is there twice": (
        lambda s: s.tables["routing.lead"].append(s.row("routing.lead", id=A)),
        ("state", A),
    ),
    "a lead nobody referred": (
        lambda s: s.tables["routing.lead"].append({**s.row("routing.lead", id=E), "id": "nobody"}),
        ("state", "nobody"),
    ),
    "a change was committed and never said": (
        lambda s: s.row("routing.lead", id=D).update(version=4),
        ("state", D),
    ),
    "it was closed a minute before it was said to be": (
        lambda s: s.row("routing.lead", id=A).update(closed_at=at(-60)),
        ("state", A),
    ),
    "a blocker stands that nobody raised": (
        lambda s: s.row("routing.lead", id=D).update(
            blockers=[{"kind": "transport", "resolver": "owner", "since": "2026-01-05T09:00:09Z", "until": None}]
        ),
        ("state", D),
    ),
    "the queue shows another level than sla said": (
        lambda s: s.row("routing.lead", id=C).update(alert_level="warning"),
        ("state", C),
    ),
    "an assignment was explained twice": (
        lambda s: s.tables["routing.assignment"].append(s.row("routing.assignment", lead=D)),
        ("state", D),
    ),
    "a token was lost": (lambda s: s.tables["routing.match_token"].pop(), ("state", E)),
    "a token's first holder does not have it": (
        lambda s: s.row("routing.first_holder", lead=C).update(lead=E),
        ("state", E),
    ),
    "sla did not apply the last fact": (
        lambda s: s.row("sla.lead", id=D).update(version=10),
        ("state", D),
    ),
    "a clock still runs though it was answered": (
        lambda s: s.row("sla.clock", lead=D).update(state="running"),
        ("state", f"{D}/first_response/1"),
    ),
    "an interval starts at another time": (
        lambda s: s.row("sla.clock_interval", lead=B).update(started_at=at(0)),
        ("state", f"{B}/first_response/1"),
    ),
    "an alert is not acknowledged though it was": (
        lambda s: s.row("sla.alert", lead=C, level="warning").update(acknowledged_at=None),
        ("state", f"{alert_of(C, 'warning')}/otto"),
    ),
    "a timer waits that no clock needs": (
        lambda s: s.tables["sla.timer"].append({"subject": A, "kind": "first_response"}),
        ("conservation", f"{A}/first_response"),
    ),
    "routing knows an older state of the network": (
        lambda s: s.row("routing.copy", key="staff/otto").update(version=0),
        ("state", "staff/otto"),
    ),
    "reporting has a staff address": (
        lambda s: s.row("reporting.copy", key="staff/ines")["body"].update(email="ines@north.example"),
        ("state", "staff/ines"),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_differs_is_named(what: str) -> None:
    change, named = CHANGES[what]
    story = the_story()
    change(story)
    assert named in groups(story)


def test_a_timer_that_is_gone_is_named() -> None:
    story = the_story()
    for row in ("DeadlineMissed", "AlertRaised", "AlertDelivered"):
        story.unsay("alerts", row, C)
    assert ("conservation", f"{C}/first_response") in groups(story)


def test_a_spoiled_lead_that_ends_otherwise_is_counted_apart() -> None:
    story = the_story()
    story.row("sla.lead", id=D).update(version=10)
    story.history.append({"n": 99, "at": 0.0, "what": "asked", "op": "poison", "stream": "leads", "key": D})
    assert groups(story) == {("parked", D)}


def test_parking_raises_the_version_of_a_spoiled_lead_only() -> None:
    story = the_story()
    story.row("routing.lead", id=D).update(version=5)
    assert groups(story) == {("state", D)}
    story.faults.append({"n": 1, "at": 0.0, "what": "poison", "stream": "alerts", "keys": [D]})
    assert groups(story) == set()


def test_a_resent_fact_changes_nothing() -> None:
    story = the_story()
    story.records["leads"] += story.records["leads"][:20]
    assert groups(story) == set()


def test_what_stands_behind_a_gap_waits_for_it() -> None:
    story = the_story()
    said = story.records["leads"]
    said.append(said.pop(0))
    assert groups(story) == set()
