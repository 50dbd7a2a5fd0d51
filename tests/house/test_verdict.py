"""A run ends with what the servers counted, and a whole run has to have made them work."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from tests.house import verdict
from tests.house.verdict import Verdict, asks_for_all
from tests.served import Served

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(("records", "transactions"), [(0, 9), (9, 0), (0, 0)])
def test_a_whole_run_in_which_a_server_did_nothing_is_red(records: int, transactions: int) -> None:
    idle = Served({"ns"}, records, transactions)
    [reason] = Verdict(idle, whole=True, ran=3).reasons()
    assert f"records on the broker: {records}, committed transactions: {transactions}" in reason
    assert Verdict(idle, whole=False, ran=3).reasons() == [], "a part of the tests may need no server"


def test_a_whole_run_in_which_both_worked_stands() -> None:
    assert Verdict(Served({"ns"}, 5, 7), whole=True, ran=3).reasons() == []


def _asked(*args: str, **option: object) -> bool:
    here = Path("/project")
    config = SimpleNamespace(
        args=list(args),
        rootpath=here,
        invocation_params=SimpleNamespace(dir=here),
        option=SimpleNamespace(**option),
    )
    return asks_for_all(cast(pytest.Config, config))


def test_only_the_whole_folder_without_a_choice_is_all() -> None:
    assert _asked("tests")
    assert _asked("tests/", keyword="", markexpr="", lf=False)
    assert not _asked("tests/house")
    assert not _asked("tests", keyword="outbox")
    assert not _asked("tests", lf=True)


def test_the_counts_are_the_last_word_of_a_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verdict, "SERVED", Served({"ns"}, 31, 47))
    pytester.makepyfile("def test_y(): assert True")
    run = pytester.runpytest_inprocess("-p", "no:asyncio", "-p", "tests.house.verdict")
    run.stdout.fnmatch_lines(["records on the broker: 31, committed transactions: 47"])
