"""Polls 5-50 ms, adaptively; pauses with backoff, and never gives up (delivery.md)."""

from itertools import accumulate

from services.chassis.relay.pace import backoff, next_pause


def test_while_facts_come_nothing_is_waited_for() -> None:
    assert next_pause(0.05, sent=1) == 0.0


def test_an_idle_relay_polls_after_5_ms_and_slows_down_to_50() -> None:
    pauses = list(accumulate(range(12), lambda pause, _: next_pause(pause, sent=0), initial=0.0))[1:]
    assert pauses[0] == 0.005
    assert pauses == sorted(pauses)
    assert pauses[-1] == 0.05


def test_backoff_grows_to_two_seconds_and_stays() -> None:
    assert [backoff(n) for n in range(7)] == [0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 2.0]
    assert backoff(10_000) == 2.0
