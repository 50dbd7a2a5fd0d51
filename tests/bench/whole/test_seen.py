from datetime import UTC, datetime, timedelta

import pytest

from tests.bench.whole.seen import Stalled, Way, end_of, span_of, whole_times

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def a_way(accepted: float = 0, owned: float = 0.1, clock: float = 0.2, reported: float | None = 0.3) -> Way:
    def at(seconds: float) -> datetime:
        return NOON + timedelta(seconds=seconds)

    return Way(at(accepted), at(owned), at(clock), None if reported is None else at(reported))


def test_a_way_ends_with_the_last_of_owner_clock_and_report() -> None:
    assert whole_times([a_way(), a_way(clock=0.9)]) == pytest.approx([0.3, 0.9])


def test_a_run_lasts_from_the_first_accept_to_the_last_end() -> None:
    seen = [a_way(accepted=0), a_way(accepted=5, owned=5.1, clock=5.2, reported=5.3)]
    assert span_of(seen) == pytest.approx(5.3)
    assert end_of(seen) == NOON + timedelta(seconds=5.3)


def test_a_referral_that_did_not_arrive_is_no_latency_but_a_failure() -> None:
    with pytest.raises(Stalled, match="1 of 2"):
        whole_times([a_way(), a_way(reported=None)])
