"""Who takes a lead: sentences, each with the pool as it stands and who is chosen."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.network.facts import PoolDefined
from contracts.vocabulary import WaitingReason
from services.routing.assignment.rules import Choice, Turns, choose_owner, taken
from services.routing.staff.rules import Load
from tests.routing.builders import a_route

POOL = PoolDefined(pool="pool-x", site="site-x", members=("ana", "ben", "cat"))
ROUTE = a_route("x", owner="ana", backup="ben")


def a_load(staff: str, open_leads: int = 0, *, capacity: int = 10, weight: int = 100, turn: str = "0") -> Load:
    return Load(staff, capacity, capacity, weight, open_leads, Decimal(turn))


def loads(*some: Load) -> dict[str, Load]:
    return {load.staff: load for load in some}


def owners(pool: Mapping[str, Load], leads: int) -> list[str]:
    """Who is given so many leads, one after the other."""
    turns, given_to = Turns(POOL, pool), []
    for _ in range(leads):
        choice = choose_owner(ROUTE, turns)
        assert isinstance(choice, Choice)
        given_to.append(choice.owner)
        turns.changed(taken(choice, turns))
    return given_to


@pytest.mark.parametrize(
    ("sentence", "pool", "chosen"),
    [
        ("whose turn is next", loads(a_load("ana", turn="2"), a_load("ben", turn="1")), ("ben", "ana")),
        ("by name when turns are equal", loads(a_load("ana"), a_load("ben")), ("ana", "ben")),
        ("who has room", loads(a_load("ana", 10), a_load("ben", turn="9")), ("ben", "ana")),
        ("the route's backup backs up", loads(a_load("ana"), a_load("ben", 10), a_load("cat", 10)), ("ana", "ben")),
    ],
)
def test_the_owner_is(sentence: str, pool: Mapping[str, Load], chosen: tuple[str, str]) -> None:
    choice = choose_owner(ROUTE, Turns(POOL, pool))
    assert isinstance(choice, Choice), sentence
    assert (choice.owner, choice.backup) == chosen


@pytest.mark.parametrize(
    ("sentence", "pool", "reason"),
    [
        ("everybody is full", loads(a_load("ana", 10), a_load("ben", 10)), WaitingReason.NO_CAPACITY),
        ("nobody else could back up", loads(a_load("ana")), WaitingReason.NO_BACKUP),
        ("no member is known here yet", {}, WaitingReason.NETWORK_NOT_KNOWN),
    ],
)
def test_a_lead_waits_because(sentence: str, pool: Mapping[str, Load], reason: WaitingReason) -> None:
    assert choose_owner(ROUTE, Turns(POOL, pool)) is reason, sentence


def test_a_lead_waits_for_a_route_that_was_not_heard_of() -> None:
    assert choose_owner(None, None) is WaitingReason.NETWORK_NOT_KNOWN


@given(st.lists(st.integers(20, 100), min_size=3, max_size=3), st.integers(30, 200))
def test_shares_follow_the_weights_within_one_lead(weights: list[int], leads: int) -> None:
    pool = loads(*(a_load(name, capacity=1000, weight=w) for name, w in zip(POOL.members, weights, strict=True)))
    given_to = Counter(owners(pool, leads))
    for name, weight in zip(POOL.members, weights, strict=True):
        assert abs(given_to[name] - leads * weight / sum(weights)) <= 2


def test_who_comes_back_is_not_given_everything() -> None:
    pool = loads(a_load("ana", 5, turn="40"), a_load("ben", 5, turn="40"), a_load("cat", turn="0"))
    assert Counter(owners(pool, 9))["cat"] <= 4


def begins_least(load: Load, able: list[Load]) -> tuple[Decimal, str]:
    """The rule as its sentence says it, every member looked at for every other."""
    began = [other.turn - other.cost for other in able if other.staff != load.staff]
    return max(load.turn, min(began, default=load.turn)), load.staff


A_LOAD = st.builds(
    a_load,
    st.just("?"),
    st.integers(0, 4),
    capacity=st.integers(1, 4),
    weight=st.sampled_from([20, 50, 80, 100]),
    turn=st.integers(0, 9).map(str),
)


@given(st.lists(A_LOAD, min_size=3, max_size=3), st.lists(st.sampled_from(["take", "ana", "ben", "cat"]), max_size=30))
def test_turns_that_are_kept_choose_whom_a_look_at_everybody_chooses(members: list[Load], deeds: list[str]) -> None:
    now = loads(*(replace(load, staff=name) for name, load in zip(POOL.members, members, strict=True)))
    turns = Turns(POOL, now)
    for deed in deeds:
        able = [load for load in now.values() if load.free]
        choice = choose_owner(ROUTE, turns)
        if deed != "take":
            now[deed] = now[deed].with_one_less()
            turns.changed(now[deed])
        elif not able:
            assert choice is WaitingReason.NO_CAPACITY
        else:
            turn, staff = min(begins_least(load, able) for load in able)
            assert isinstance(choice, Choice)
            assert (choice.owner, choice.load, choice.candidates) == (staff, now[staff].open, len(able))
            now[staff] = replace(now[staff], turn=turn).with_one_more()
            turns.changed(taken(choice, turns))
            assert turns.members[staff] == now[staff]


def test_a_test_lead_may_have_somebody_who_is_full() -> None:
    pool = loads(a_load("ana", 10, turn="1"), a_load("ben", 10))
    choice = choose_owner(ROUTE, Turns(POOL, pool), counts=False)
    assert isinstance(choice, Choice)
    assert (choice.owner, choice.candidates) == ("ben", 2)
