from tests.bench.assignment.rule import assign


def test_shares_follow_weights_and_nobody_gets_more_than_fits() -> None:
    done = assign(owners=8, leads=400, capacity=100)
    assert done.over_capacity == 0
    assert done.from_share <= 1
    assert done.per_second > 0
