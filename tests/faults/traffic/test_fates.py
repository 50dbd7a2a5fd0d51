"""Fates are the same again, some of them right around a due time, and none asks for what may not be done."""

from collections import Counter
from datetime import UTC, datetime

from tests.faults.traffic.fates import EDGE, Fate, alert_delay, due_of, fate_of

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def _fates(*, clocks: bool = True) -> list[Fate]:
    return [fate_of(7, person, ["phone"], clocks=clocks, now=NOW) for person in range(2000)]


def test_the_same_person_has_the_same_fate() -> None:
    assert _fates() == _fates()
    assert fate_of(8, 1, ["phone"], clocks=True, now=NOW) != fate_of(7, 1, ["phone"], clocks=True, now=NOW)


def test_some_answer_within_fifty_milliseconds_of_a_due_time_and_some_long_after() -> None:
    counts = Counter(fate.name for fate in _fates())
    assert counts.keys() == {"prompt", "at_warn", "at_breach", "stale", "forgotten"}
    edges = [fate.steps[0].after for fate in _fates() if fate.name in ("at_warn", "at_breach")]
    assert max(map(abs, edges)) <= EDGE
    assert min(edges) < 0 < max(edges)


def test_nobody_waits_for_clocks_of_hours() -> None:
    assert {step.due for fate in _fates(clocks=False) for step in fate.steps} == {None}


def test_outreach_is_by_a_permitted_channel_only() -> None:
    permitted = ["email", "may_leave_message"]
    fates = [fate_of(7, person, permitted, clocks=True, now=NOW) for person in range(200)]
    attempts = [step.body for fate in fates for step in fate.steps if step.command == "attempts"]
    assert {body["channel"] for body in attempts if body} == {"email"}


def test_a_late_person_is_never_forgotten() -> None:
    names = {fate_of(7, person, ["phone"], clocks=True, now=NOW).name for person in range(2000, 6000)}
    assert "forgotten" not in names


def test_some_alerts_are_acknowledged() -> None:
    delays = [alert_delay(7, person) for person in range(1000)]
    assert 300 < sum(delay is None for delay in delays) < 500
    assert (due_of(NOW, "warn") - NOW).total_seconds() == 6
