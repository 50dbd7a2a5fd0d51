"""Who takes a lead: sentences, each with the pool as it stands and who is chosen."""

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.network.facts import PoolDefined
from contracts.vocabulary import WaitingReason
from services.routing.assignment.rules import Choice, choose_owner, taken
from services.routing.staff.rules import Load
from tests.routing.builders import a_route

POOL = PoolDefined(pool="pool-x", site="site-x", members=("ana", "ben", "cat"))
ROUTE = a_route("x", owner="ana", backup="ben")


def a_load(staff: str, open_leads: int = 0, *, capacity: int = 10, weight: int = 100, turn: str = "0") -> Load:
    return Load(staff, capacity, capacity, weight, open_leads, Decimal(turn))


def loads(*some: Load) -> dict[str, Load]:
    return {load.staff: load for load in some}


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
    choice = choose_owner(ROUTE, POOL, pool)
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
    assert choose_owner(ROUTE, POOL, pool) is reason, sentence


def test_a_lead_waits_for_a_route_that_was_not_heard_of() -> None:
    assert choose_owner(None, None, {}) is WaitingReason.NETWORK_NOT_KNOWN


@given(st.lists(st.integers(20, 100), min_size=3, max_size=3), st.integers(30, 200))
def test_shares_follow_the_weights_within_one_lead(weights: list[int], leads: int) -> None:
    pool = loads(*(a_load(name, capacity=1000, weight=w) for name, w in zip(POOL.members, weights, strict=True)))
    given_to: Counter[str] = Counter()
    for _ in range(leads):
        choice = choose_owner(ROUTE, POOL, pool)
        assert isinstance(choice, Choice)
        given_to[choice.owner] += 1
        pool = taken(choice, pool)
    for name, weight in zip(POOL.members, weights, strict=True):
        assert abs(given_to[name] - leads * weight / sum(weights)) <= 2


def test_who_comes_back_is_not_given_everything() -> None:
    pool = loads(a_load("ana", 5, turn="40"), a_load("ben", 5, turn="40"), a_load("cat", turn="0"))
    owners = []
    for _ in range(9):
        choice = choose_owner(ROUTE, POOL, pool)
        assert isinstance(choice, Choice)
        owners.append(choice.owner)
        pool = taken(choice, pool)
    assert Counter(owners)["cat"] <= 4
