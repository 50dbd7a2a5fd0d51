"""Tests that look away are found in the text, and a run with one is red."""

import pytest

from tests.house.skips import nothing_is_skipped
from tests.house.tree import Tree

pytest_plugins = ["pytester"]

LOOKS_AWAY = {
    "a mark": "import pytest\n@pytest.mark.SKIP(reason='later')\ndef test_x(): assert True\n",
    "a condition": "import pytest\n@pytest.mark.SKIPif(True, reason='later')\ndef test_x(): assert True\n",
    "inside": "import pytest\ndef test_x(): pytest.SKIP('later')\n",
    "a module": "import pytest\nmissing = pytest.importorSKIP('no_such_module')\ndef test_x(): assert True\n",
    "unittest": "import unittest\n@unittest.SKIP('later')\nclass T(unittest.TestCase):\n    def test_x(self): pass\n",
    "expected to fail": "import pytest\n@pytest.mark.xFAIL\ndef test_x(): assert False\n",
    "fails no more": "import pytest\n@pytest.mark.xFAIL(strict=False)\ndef test_x(): assert True\n",
}


def written(text: str) -> str:
    return text.replace("SKIP", "skip").replace("FAIL", "fail")


@pytest.mark.parametrize("text", LOOKS_AWAY.values(), ids=LOOKS_AWAY)
def test_a_test_that_looks_away_is_found_in_the_text(text: str) -> None:
    assert list(nothing_is_skipped(Tree.of({"tests/chassis/test_x.py": written(text)})))


def test_a_plain_test_is_left_alone() -> None:
    assert not list(nothing_is_skipped(Tree.of({"tests/test_x.py": "def test_skip_nothing(): assert 'skip'"})))


QUIET = ("-p", "no:asyncio", "-p", "tests.house.verdict")


def test_a_run_that_looked_away_is_red(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_fine="def test_y(): assert True")
    pytester.makepyfile(**{f"test_{number}": written(text) for number, text in enumerate(LOOKS_AWAY.values())})
    run = pytester.runpytest_inprocess(*QUIET)
    assert run.ret == pytest.ExitCode.TESTS_FAILED
    run.stdout.fnmatch_lines([f"red: {len(LOOKS_AWAY)} left out: *"])


def test_a_run_of_no_test_is_red(pytester: pytest.Pytester) -> None:
    run = pytester.runpytest_inprocess(*QUIET)
    assert run.ret != pytest.ExitCode.OK
    run.stdout.fnmatch_lines(["red: no test ran"])


def test_a_whole_run_is_green(pytester: pytest.Pytester) -> None:
    pytester.makepyfile("def test_y(): assert True")
    run = pytester.runpytest_inprocess(*QUIET)
    assert run.ret == pytest.ExitCode.OK
    run.stdout.no_fnmatch_line("red:*")
