import pytest

from tests.faults.patched.points import POINTS
from tests.faults.profiles.enough import KILLS
from tests.faults.schedule.kinds import kind_of
from tests.faults.schedule.planned import counts, printed, replayed
from tests.faults.schedule.quotas import CONSUMERS, IN_TRANSACTION, POINT_ROLES, WORKING
from tests.faults.schedule.schedule import schedule
from tests.faults.stand.layout import ALL_ROLES

SESSION = 6.0
"""Seconds a frozen reader keeps its partitions in a fault run."""


@pytest.mark.parametrize("profile", ["smoke", "full"])
def test_the_same_seed_gives_the_same_faults_and_another_seed_others(profile: str) -> None:
    assert schedule(7, profile) == schedule(7, profile)
    assert [str(one) for one in schedule(7, profile)] != [str(one) for one in schedule(8, profile)]


@pytest.mark.parametrize("profile", ["smoke", "full"])
def test_a_printed_schedule_is_read_back_as_it_was(profile: str) -> None:
    planned = schedule(3, profile)
    assert replayed(printed(planned)) == planned


@pytest.mark.parametrize("seed", range(5))
def test_smoke_has_more_kills_than_must_count_and_each_crash_point_once(seed: int) -> None:
    planned = schedule(seed, "smoke")
    kills = [one.told["role"] for one in planned if one.kind == "kill"]
    points = [one.told["point"] for one in planned if one.kind == "point"]
    assert len(kills) > KILLS["smoke"]
    assert {str(role).partition(".")[2] for role in kills} == {"api", "consume", "relay", "tick", "send"}
    assert sorted(map(str, points)) == sorted(POINT_ROLES)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("disks", [True, False])
def test_full_has_two_hundred_faults_of_every_kind(seed: int, disks: bool) -> None:
    planned = schedule(seed, "full", disks=disks)
    kinds = {"kill", "point", "stop_inside", "freeze", "kill_server", "freeze_server", "link", "two_relays"}
    kinds |= {"two_readers", "terminate", "upgrade"} | ({"full_disk"} if disks else set())
    assert len(planned) == 200
    assert set(counts(planned)) == kinds
    assert {one.told["role"] for one in planned if one.kind == "kill"} == set(WORKING)
    assert {one.told["how"] for one in planned if one.kind == "link"} == {"cut", "reset", "one_way", "slow"}


def test_half_of_the_freezes_outlast_the_session_and_some_are_inside_a_transaction() -> None:
    planned = schedule(11, "full")
    seconds = [float(one.told["seconds"]) for one in planned if one.kind == "freeze"]
    assert 2 * sum(one > SESSION for one in seconds) >= len(seconds)
    assert {one.told["point"] for one in planned if one.kind == "stop_inside"} == set(IN_TRANSACTION)
    assert any(one.told.get("role") in CONSUMERS and float(one.told["seconds"]) > SESSION
               for one in planned if one.kind == "freeze")  # fmt: skip


def test_what_needs_grown_leads_comes_late_and_what_leaves_letters_claimed_comes_early() -> None:
    planned = schedule(2, "full")
    first, last = planned[: len(planned) // 3], planned[len(planned) // 2 :]
    assert not [one for one in first if one.kind == "upgrade" or one.told.get("point") == "during_park"]
    assert not [one for one in last if one.told.get("role") == "sla.send" and one.kind in ("kill", "point")]


@pytest.mark.parametrize("profile", ["smoke", "full"])
def test_every_planned_fault_can_be_made_and_names_a_process_a_point_or_a_link_that_is_there(profile: str) -> None:
    roles = {*ALL_ROLES, "migrate", "sla.parked", "routing.parked", "reporting.parked"}
    for planned in schedule(5, profile):
        kind_of(planned)
        point = planned.told.get("point")
        assert planned.told.get("role", ALL_ROLES[0]) in roles
        assert point is None or point in POINTS
        if point and planned.told["role"] in ALL_ROLES:
            assert POINTS[str(point)].is_met_by(str(planned.told["role"]))


def test_every_crash_point_of_the_launcher_with_a_name_of_its_own_is_forced_by_the_schedule() -> None:
    named = {point.name for point in POINTS.values() if not point.says.startswith("(")} | {"inside_api_transaction"}
    assert named == set(POINT_ROLES)
