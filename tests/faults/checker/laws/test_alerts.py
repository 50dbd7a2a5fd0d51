"""Clocks, alerts, mails: the story is clean, and each early, missed, repeated or misaddressed one is named."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.faults.checker.laws import alerts
from tests.faults.checker.models.story import A, C, D, E, Story, alert_of, at, the_story, written

WARNING = ("warning", "otto", 6)


def broken(story: Story) -> set[tuple[str, str]]:
    """(group, key) of whatever does not hold."""
    return {(breach.group, breach.key) for breach in alerts.law(story.evidence)}


def test_a_clean_run_breaks_nothing() -> None:
    assert broken(the_story()) == set()
    assert alerts.unconfirmed(the_story().evidence) == 0


def _earlier(story: Story) -> None:
    """C's breach, two seconds before it is due."""
    for kind in ("AlertDelivered", "AlertRaised", "DeadlineMissed"):
        story.unsay("alerts", kind, C)
    story.of_clock(C, "DeadlineMissed", 13.0)
    story.of_alert(C, "AlertRaised", 13.0, "breach", "otto", 6)


def _although_answered(story: Story) -> None:
    """D was answered at 9.5; its warning was due at 10."""
    story.of_clock(D, "DeadlineWarned", 10.1)
    story.of_alert(D, "AlertRaised", 10.1, "warning", "ines", 7)


def _never(story: Story) -> None:
    for kind in ("AlertDelivered", "AlertRaised", "DeadlineMissed"):
        story.unsay("alerts", kind, E)


def _told_nobody(story: Story) -> None:
    for kind in ("AlertDelivered", "AlertRaised"):
        story.unsay("alerts", kind, E)


def _another_deadline(story: Story) -> None:
    story.unsay("alerts", "DeadlineSet", A)
    due = {"target_at": written(3), "warn_at": written(7), "breach_at": written(12)}
    story.of_clock(A, "DeadlineSet", 2.2, **due)


def _again(story: Story) -> None:
    story.of_alert(C, "AlertRaised", 30, *WARNING)


def _wrong_number(story: Story) -> None:
    story.of_clock(C, "AlertRaised", 30, alert=alert_of(E, "warning"), level="warning", staff="otto", as_of=6)


def _delivered_twice(story: Story) -> None:
    story.of_alert(C, "AlertDelivered", 30, *WARNING, channel="mail")


def _to_somebody_else(story: Story) -> None:
    story.of_alert(C, "AlertRaised", 30, "breach", "ines", 6)


def _left_open(story: Story) -> None:
    """C is answered late, and its alerts stay."""
    attempt: dict[str, Any] = {"attempt": 1, "direction": "out", "channel": "phone", "result": "reached"}
    story.of_lead(C, "AttemptRecorded", 20, **attempt)
    story.of_clock(C, "DeadlineEnded", 20.1, by="attempt", business_seconds=17, within_target=False)


CHANGES: dict[str, tuple[Callable[[Story], object], tuple[str, str]]] = {
    "an alert before its time": (_earlier, ("early", C)),
    "an alert for a lead that was answered in time": (_although_answered, ("early", D)),
    "a level that never came": (_never, ("missed", E)),
    "a level of which nobody was told": (_told_nobody, ("missed", E)),
    "a deadline that is not the policy's": (_another_deadline, ("state", A)),
    "no deadline at all": (lambda s: s.unsay("alerts", "DeadlineSet", E), ("missed", E)),
    "a deadline set twice": (
        lambda s: s.of_clock(E, "DeadlineSet", 30, target_at=written(9), warn_at=written(12), breach_at=written(18)),
        ("repeated", E),
    ),
    "an answer that was not measured": (lambda s: s.unsay("alerts", "DeadlineEnded", D), ("state", D)),
    "an alert raised again while it was open": (_again, ("repeated", C)),
    "an alert under another number": (_wrong_number, ("repeated", C)),
    "an alert delivered twice": (_delivered_twice, ("repeated", C)),
    "an alert to somebody who is not accountable": (_to_somebody_else, ("owners", C)),
    "an alert that outlives its clock": (_left_open, ("state", C)),
    "a timer that fired and said nothing": (
        lambda s: s.row("sla.timer_ledger").update(fired=5),
        ("conservation", "sla/first_response"),
    ),
    "a letter that was said to be delivered": (lambda s: s.mails.pop(0), ("missed", alert_of(C, "warning"))),
    "an alert whose letter was never sent": (
        lambda s: s.unsay("alerts", "AlertDelivered", E),
        ("missed", alert_of(E, "breach")),
    ),
    "a letter about no alert": (lambda s: s.mail(A, "warning", "ines", 7), ("early", alert_of(A, "warning"))),
    "a letter to another address": (
        lambda s: s.mails[0].update(to="perrin@north.example"),
        ("owners", alert_of(C, "warning")),
    ),
    "an intent that still waits": (
        lambda s: s.row("sla.notice", lead=E, alert=alert_of(E, "breach")).update(state="pending"),
        ("state", f"{alert_of(E, 'breach')}/perrin"),
    ),
    "an acknowledgement that nobody gave": (
        lambda s: s.history.append(
            {"n": 90, "at": 0.0, "what": "asked", "op": "acknowledge", "alert": "other", "staff": "otto", "lead": E}
        ),
        ("doubled", alert_of(C, "warning")),
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_does_not_hold_is_named(what: str) -> None:
    change, named = CHANGES[what]
    story = the_story()
    change(story)
    assert named in broken(story)


def the_copy(story: Story) -> Story:
    """The same once more, to be told on in another way."""
    return replace(story, records={stream: list(said) for stream, said in story.records.items()})


def _frozen_watermark(story: Story, since: float) -> None:
    """Routing's watermark stands still from here on."""
    story.records["watermarks"] = [
        one for one in story.records["watermarks"] if one.timestamp_ms / 1000 < at(since).timestamp()
    ]


def _unconfirmed(story: Story, when: float) -> None:
    """D's warning, long overdue and marked unconfirmed, withdrawn as the answer is heard."""
    story.unsay("alerts", "DeadlineEnded", D)
    story.of_clock(D, "DeadlineWarned", when)
    story.of_alert(D, "AlertRaised", when, "warning", "ines", 7, unconfirmed=True)
    story.of_clock(D, "DeadlineEnded", when + 9, by="attempt", business_seconds=5, within_target=False)
    story.of_alert(D, "AlertResolved", when + 9, "warning", "ines", 11, by="attempt")
    notice = {"alert": alert_of(D, "warning"), "staff": "ines", "lead": D, "site": "north", "state": "withdrawn"}
    story.tables["sla.notice"].append(notice)
    story.row("sla.timer_ledger").update(fired=5)


def test_an_unconfirmed_alert_after_a_standstill_is_counted_apart() -> None:
    story = the_story()
    _frozen_watermark(story, 9.4)
    _unconfirmed(story, 135.0)
    assert broken(story) == set()
    assert alerts.unconfirmed(story.evidence) == 1


def test_an_unconfirmed_alert_without_a_standstill_is_early() -> None:
    story = the_story()
    _unconfirmed(story, 100.0)
    assert broken(story) == {("early", D)}


def test_sla_cut_off_from_kafka_hears_a_standstill_too() -> None:
    story = the_story()
    _unconfirmed(story, 100.0)
    told = {"fault": 1, "kind": "link", "told": {"link": "sla.kafka"}}
    story.faults += [
        {"n": 1, "at": at(0).timestamp(), "what": "fault", **told},
        {"n": 2, "at": at(140).timestamp(), "what": "healed", "fault": 1},
    ]
    assert broken(story) == set()


def test_a_lead_that_sla_heard_of_with_its_answer_needs_no_alert() -> None:
    """After an outage opening and answer come together, long after the lead was due."""
    story = the_story()
    story.unsay("leads", "NextActionSet", D)
    for kind in ("StatusChanged", "MilestoneReached", "AttemptRecorded"):
        story.unsay("leads", kind, D)
    attempt: dict[str, Any] = {"attempt": 1, "direction": "out", "channel": "phone", "result": "no_answer"}
    story.of_lead(D, "AttemptRecorded", 500, **attempt)
    for kind in ("DeadlineEnded", "DeadlineSet"):
        story.unsay("alerts", kind, D)
    shards = [{"stream": "leads", "partition": 0, "at": written(900), "offset": 99}]
    story.say("watermarks", "none", "routing", 900, service="routing", shards=shards)
    for set_at, groups_ in ((450.0, set()), (20.0, {("missed", D)})):
        again = the_copy(story)
        due = {"target_at": written(7), "warn_at": written(10), "breach_at": written(16)}
        again.of_clock(D, "DeadlineSet", set_at, **due)
        again.of_clock(D, "DeadlineEnded", 500.1, by="attempt", business_seconds=496, within_target=False)
        assert broken(again) == groups_


def test_a_letter_comes_again_only_over_a_fault() -> None:
    story = the_story()
    story.mail(C, "warning", "otto", 129.3)
    assert broken(story) == {("repeated", alert_of(C, "warning"))}
    story.faults += [
        {"n": 1, "at": at(9.2).timestamp(), "what": "fault", "fault": 1, "kind": "kill", "told": {"role": "sla.send"}},
        {"n": 2, "at": at(9.9).timestamp(), "what": "healed", "fault": 1},
    ]
    assert broken(story) == set()


def test_a_new_owner_gets_the_highest_level_and_the_one_before_is_released() -> None:
    story = the_story()
    choice: dict[str, Any] = {"pool": "north-desk", "reason": "slot_freed", "load": 0, "capacity": 1, "candidates": 1}
    story.of_lead(E, "OwnerAssigned", 40, owner="ines", backup="otto", **choice)
    for level in ("warning", "breach"):
        story.of_alert(E, "AlertResolved", 40.1, level, "perrin", 5, by="owner_changed")
    assert ("missed", E) in broken(story)
    story.of_alert(E, "AlertRaised", 40.1, "breach", "ines", 5)
    story.of_alert(E, "AlertDelivered", 40.3, "breach", "ines", 5, channel="mail")
    story.mail(E, "breach", "ines", 40.2)
    notice = {"alert": alert_of(E, "breach"), "staff": "ines", "lead": E, "site": "north", "state": "delivered"}
    story.tables["sla.notice"].append(notice)
    assert broken(story) == set()
