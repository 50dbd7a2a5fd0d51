"""A plan is the same again from its seed, in order of time, with what was asked for in it."""

from collections import Counter
from itertools import islice, pairwise

import pytest

from tests.faults.traffic.network import network
from tests.faults.traffic.plan import LEADS, Kind, Operation, Plan, Weights

DOCUMENT = network(7)


def _plan(seed: int = 7, count: int = 2000, weights: Weights | None = None) -> list[Operation]:
    return list(Plan(DOCUMENT, seed, rate=20.0, count=count, weights=weights))


@pytest.fixture(scope="module")
def planned() -> list[Operation]:
    return _plan()


def test_it_can_be_replayed(planned: list[Operation]) -> None:
    assert _plan() == planned
    assert _plan(seed=8)[:10] != planned[:10]


def test_it_is_lazy() -> None:
    assert len(list(islice(iter(Plan(DOCUMENT, 7, rate=20.0, count=900_000)), 5))) == 5


def test_exactly_the_leads_asked_for_are_planned(planned: list[Operation]) -> None:
    assert sum(one.kind in LEADS for one in planned) == 2000
    assert len({one.id for one in planned}) == len(planned)


def test_it_is_in_order_of_time_at_the_rate_asked_for(planned: list[Operation]) -> None:
    assert all(one.at <= other.at for one, other in pairwise(planned))
    firsts = [one for one in planned if one.of is None]
    assert 17 < len(firsts) / firsts[-1].at < 23


def test_every_kind_is_in_it(planned: list[Operation]) -> None:
    counts = Counter(one.kind for one in planned)
    assert counts.keys() == set(Kind)
    assert counts[Kind.COPY] % 49 == 0


def test_what_follows_up_repeats_what_it_says(planned: list[Operation]) -> None:
    firsts = {one.id: one for one in planned}
    for one in planned:
        first = firsts[one.of] if one.of else one
        same_key, same_body = one.key == first.key, one.sent == first.sent
        match one.kind:
            case Kind.AGAIN | Kind.COPY:
                assert same_key
                assert same_body
            case Kind.OTHER_BODY:
                assert same_key
                assert one.sent.content != first.sent.content
            case Kind.DUPLICATE_PERSON:
                assert not same_key
                assert one.person == first.person
                assert one.lane.partner != first.lane.partner
                assert (one.lane.study, one.lane.site) == (first.lane.study, first.lane.site)


def test_weights_are_arguments() -> None:
    none = Weights(again=0, other_body=0, twice=0, copies=0, malformed=0, refused=0)
    assert {one.kind for one in _plan(count=200, weights=none)} == {Kind.NEW}
    copied = Weights(copies=1.0, at_once=3, again=0, other_body=0, twice=0, malformed=0, refused=0)
    assert Counter(one.kind for one in _plan(count=5, weights=copied)) == {Kind.NEW: 5, Kind.COPY: 10}
