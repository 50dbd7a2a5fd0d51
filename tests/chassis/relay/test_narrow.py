"""Halve the batch until one record is refused alone (delivery.md), against a broker that is a set of bad places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.chassis.relay.narrow import after_refusal, after_success, tries


def play(facts: int, bad: set[int], fits: int = 500) -> tuple[list[int], list[int], int]:
    """What is sent, what is held, and in how many batches, when a batch with a bad fact is refused as a whole."""
    waiting, sent, held, suspects, batches = list(range(facts)), [], [], 0, 0
    while waiting:
        batches += 1
        most = tries(suspects) or fits
        batch = waiting[:most]
        if not bad & set(batch):
            sent += batch
            waiting = waiting[len(batch) :]
            suspects = after_success(suspects, len(batch)).suspects
            continue
        learnt = after_refusal(len(batch))
        suspects = learnt.suspects
        if learnt.found:
            held.append(waiting.pop(0))
    return sent, held, batches


@given(st.integers(1, 600), st.sets(st.integers(0, 599), max_size=6))
def test_exactly_the_bad_ones_are_held_and_all_others_sent_in_order(facts: int, bad: set[int]) -> None:
    sent, held, _ = play(facts, bad)
    assert held == sorted(place for place in bad if place < facts)
    assert sent == [place for place in range(facts) if place not in bad]


def test_one_bad_fact_among_500_is_found_in_few_batches() -> None:
    assert max(play(500, {place})[2] for place in range(500)) <= 20


def test_nothing_suspected_sends_as_many_as_fit() -> None:
    assert tries(0) is None


@pytest.mark.parametrize(("tried", "suspects", "found"), [(1, 0, True), (2, 2, False), (500, 500, False)])
def test_a_refusal_names_a_record_only_when_it_was_alone(tried: int, suspects: int, found: bool) -> None:
    learnt = after_refusal(tried)
    assert (learnt.suspects, learnt.found) == (suspects, found)
