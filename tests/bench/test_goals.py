import pytest

from tests.bench.goals import GOALS, Goal, verdicts, void_because
from tests.bench.results import OTHERS
from tests.bench.series import Series

HALF = Goal("half of it", "ours", "theirs", at_least=0.5)
SOON = Goal("soon", "late", at_most=10.0)


@pytest.mark.parametrize(
    ("figures", "goal", "word"),
    [
        ({"ours": Series((60.0,)), "theirs": Series((100.0,))}, HALF, "yes"),
        ({"ours": Series((40.0,)), "theirs": Series((100.0,))}, HALF, "no"),
        ({"ours": Series((60.0,))}, HALF, "not measured"),
        ({"late": Series((9.0, 10.0, 99.0))}, SOON, "yes"),
        ({"late": Series((9.0, 11.0, 12.0))}, SOON, "no"),
        ({}, SOON, "not measured"),
    ],
)
def test_a_goal_is_judged_by_the_middle_and_beside_its_peer(figures: dict[str, Series], goal: Goal, word: str) -> None:
    [verdict] = verdicts(figures, [goal])
    assert verdict.reached == word


def test_every_goal_wants_something() -> None:
    assert all((goal.at_least is None) != (goal.at_most is None) for goal in GOALS)


def test_a_run_on_a_busy_machine_is_void() -> None:
    assert void_because({"floor": Series((2_999.0,))}) is not None
    assert void_because({"floor": Series((3_000.0,))}) is None
    assert void_because({}) is None
    assert void_because({"floor": Series((9_000.0,)), OTHERS: Series((40.0,))}) is not None
