from collections.abc import Mapping

import pytest

from tests.faults.schedule.recovery import Pending, figures, quantile, see
from tests.faults.schedule.servers import Place
from tests.faults.schedule.stalls import ALLOWED, Stalls
from tests.faults.schedule.standing import Standing, Waiting, behind
from tests.faults.world import SERVICES


def a_standing(
    at: float,
    ends: Mapping[Place, int],
    read: Mapping[Place, int],
    oldest: float | None = None,
    due: float | None = None,
) -> Standing:
    """Sla has read `read`, its oldest unsent row is of `oldest`, its first overdue timer of `due`; the others rest."""
    positions = {service: read if service == "sla" else ends for service in SERVICES}
    waiting = {
        service: Waiting(int(oldest is not None), oldest, int(due is not None), due, lag=behind("sla", ends, read))
        if service == "sla"
        else Waiting(0, None, 0, None, lag={})
        for service in SERVICES
    }
    return Standing(at, ends, positions, waiting)


LEADS = ("leads", 3)


def test_a_fault_is_over_when_what_was_on_kafka_at_its_end_is_read_and_not_what_came_later() -> None:
    pending = Pending(1, "kill consume", ("sla",), since=100.0, before=0)
    for at, end, read in ((100.2, 10, 4), (101.0, 14, 9), (102.5, 20, 10)):
        see(pending, a_standing(at, {LEADS: end}, {LEADS: read}))
    assert pending.told["seconds"] == pytest.approx(2.5)


def test_looks_from_before_the_end_of_a_fault_say_nothing() -> None:
    pending = Pending(1, "freeze", ("sla",), since=100.0, before=0)
    see(pending, a_standing(99.9, {LEADS: 1}, {LEADS: 1}))
    assert not pending.over


def test_rows_and_timers_older_than_the_end_keep_a_fault_open_and_younger_ones_do_not() -> None:
    pending = Pending(1, "kill relay", ("sla",), since=100.0, before=0)
    see(pending, a_standing(101, {}, {}, oldest=99.0, due=98.0))
    assert not pending.took.keys() & {"facts", "timers"}
    see(pending, a_standing(102, {}, {}, oldest=101.5, due=99.5))
    see(pending, a_standing(104, {}, {}, oldest=103.5, due=103.9))
    assert (pending.took["facts"], pending.took["timers"]) == (2, 4)
    assert pending.told["seconds"] == 4


def test_a_backlog_is_drained_when_it_is_no_more_than_before() -> None:
    pending = Pending(1, "outage", ("sla",), since=0.0, before=200)
    for at, read in ((1, 0), (2, 700), (3, 790), (4, 801)):
        see(pending, a_standing(at, {LEADS: 1000}, {LEADS: read}))
    assert (pending.took["drained"], pending.backlog) == (4, 1000)


def test_figures_are_by_label_and_name_those_that_never_ended() -> None:
    lines = [{"what": "recovered", "label": "kill", "seconds": s} for s in (1.0, 2.0, 3.0, 9.0, None)]
    [(label, found)] = figures([*lines, {"what": "met", "label": "kill"}]).items()
    assert (label, found.count, found.p50, found.p99, found.most, found.never) == ("kill", 4, 2.0, 9.0, 9.0, 1)


@pytest.mark.parametrize(("q", "found"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.001, 1)])
def test_a_quantile_is_a_value_that_was_there(q: float, found: int) -> None:
    assert quantile(list(range(100, 0, -1)), q) == found


def test_work_that_lies_still_for_over_ninety_seconds_is_told_once() -> None:
    stalls = Stalls()
    looks = [a_standing(float(at), {LEADS: 9}, {LEADS: 5}, due=7.0) for at in range(0, 200, 5)]
    told = [stall for now in looks for stall in stalls.see(now)]
    assert [(stall.role, stall.what, stall.mark) for stall in told] == [
        ("sla.consume", "leads/3", 5), ("sla.tick", "timers", 7.0),
    ]  # fmt: skip
    assert all(ALLOWED < stall.seconds <= ALLOWED + 5 for stall in told)


def test_progress_and_an_excuse_and_a_server_that_is_away_start_the_time_anew() -> None:
    stalls, told = Stalls(), []
    for at in range(0, 300, 5):
        told += stalls.see(a_standing(at, {LEADS: 99}, {LEADS: at // 60}))
        if at == 100:
            stalls.away()
        told += stalls.see(a_standing(at, {LEADS: 99}, {LEADS: 0}, due=3.0), {"sla.tick"} if at % 60 == 0 else set())
    assert [stall for stall in told if stall.role == "sla.tick"] == []
