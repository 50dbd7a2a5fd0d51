"""Who owns which shards: a relay owns shards through a lease row with a term, a fair share of them each."""

import pytest

from services.chassis.relay.share import LeaseRow, plan_leases, share_of


def rows(*owners: str | None, live: bool = True) -> list[LeaseRow]:
    return [LeaseRow(shard, owner, 1, live and owner is not None) for shard, owner in enumerate(owners)]


@pytest.mark.parametrize(
    ("members", "shares"),
    [
        (["a"], [12]),
        (["a", "b"], [6, 6]),
        (["a", "b", "c", "d", "e"], [3, 3, 2, 2, 2]),
        ([f"m{n:02}" for n in range(13)], [1] * 12 + [0]),
    ],
)
def test_shares_are_equal_but_for_one_and_make_up_all(members: list[str], shares: list[int]) -> None:
    assert [share_of(12, members, me) for me in members] == shares


def test_a_relay_nobody_has_seen_yet_counts_itself() -> None:
    assert share_of(12, ["a"], "b") == 6


def test_who_is_alone_takes_everything_that_is_free() -> None:
    plan = plan_leases(rows(None, None, None), ["a"], "a")
    assert {row.shard for row in plan.take} == {0, 1, 2}
    assert (plan.keep, plan.give) == ((), ())


def test_a_new_relay_is_given_its_share_by_who_has_more() -> None:
    plan = plan_leases(rows("a", "a", "a", "a"), ["a", "b"], "a")
    assert (len(plan.keep), len(plan.give), plan.take) == (2, 2, ())


def test_a_lease_that_runs_is_never_taken_from_another() -> None:
    assert plan_leases(rows("a", "a", "a", "a"), ["a", "b"], "b").take == ()


def test_an_own_lease_that_ran_out_is_taken_anew_and_not_renewed() -> None:
    plan = plan_leases(rows("a", "a", live=False), ["a"], "a")
    assert (len(plan.take), plan.keep) == (2, ())


def test_relays_that_start_together_reach_for_different_shards() -> None:
    free = rows(*[None] * 12)
    first, second = (plan_leases(free, ["a", "b"], me).take for me in "ab")
    assert {row.shard for row in first}.isdisjoint(row.shard for row in second)
