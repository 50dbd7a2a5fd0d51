import os
import sys

import pytest

from tests.bench.profile.sampled import Samples, kind_of, library_of, package_of, short

ROOT = "/anywhere"


@pytest.mark.parametrize(
    ("stack", "kind"),
    [
        (
            ["chassis/work.py", "routing/leads/handlers.py", "chassis/consume/poll.py", "chassis/process/run.py"],
            "reader",
        ),
        (["chassis/work.py", "chassis/relay/poll.py", "chassis/process/duties.py"], "relay"),
        (["intake/referrals/api.py", "chassis/http/endpoint.py"], "http"),
        (["chassis/process/run.py"], "other"),
    ],
)
def test_a_stack_is_of_the_outermost_place_that_is_known(stack: list[str], kind: str) -> None:
    assert kind_of(stack) == kind


def test_without_a_line_of_ours_inside_it_is_the_library_that_runs() -> None:
    stack = [
        os.__file__,
        f"{ROOT}/lib/site-packages/aiokafka/conn.py",
        os.__file__,
        f"{ROOT}/services/chassis/process/main.py",
    ]
    assert library_of(stack) == "aiokafka"
    assert library_of([os.__file__, f"{ROOT}/services/cli/main.py"]) == "event loop"


def test_files_are_told_without_the_machine() -> None:
    assert short(f"{ROOT}/services/chassis/work.py") == "chassis/work.py"
    assert short(f"{ROOT}/contracts/envelope.py") == "contracts/envelope.py"
    assert package_of(f"{ROOT}/lib/site-packages/asyncpg/protocol.py") == "asyncpg"
    assert package_of(os.__file__) == "standard library"


def test_a_stack_without_a_line_of_ours_is_not_counted() -> None:
    samples = Samples()
    samples.take(sys._getframe())
    assert not samples.kinds
