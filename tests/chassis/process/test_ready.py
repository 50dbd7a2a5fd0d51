"""What /readyz says (P13: a dependency that is away never makes the api role unready)."""

from services.chassis.process.ready import unready, wrong_parts


def test_of_several_loops_of_a_role_the_first_that_has_a_fault_speaks() -> None:
    states = [("sla", "tick", None), ("sla", "tick", "starting"), ("sla", "tick", "x"), ("sla", "send", None)]
    assert wrong_parts(states) == {"sla.tick": "starting"}


def test_without_the_api_role_the_loops_are_the_process() -> None:
    wrong = {"sla.relay": "waits_for_kafka"}
    assert unready(["consume", "relay"], wrong, api_serves=False) == wrong
    assert unready(["consume", "relay"], {}, api_serves=False) == {}


def test_with_the_api_role_only_its_door_counts() -> None:
    assert unready(["api", "relay"], {"sla.relay": "waits_for_kafka"}, api_serves=True) == {}
    assert unready(["api", "relay"], {}, api_serves=False) == {"api": "starting"}
