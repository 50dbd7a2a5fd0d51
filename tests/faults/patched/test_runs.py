"""One bug under its schedule and the same schedule without it, judged by the checker: the way all of them go."""

from collections import Counter
from pathlib import Path

import pytest

from deploy.local.choose import Infrastructure
from tests.faults.patched.bugs import BUGS
from tests.faults.patched.runs import pieces, run_bug
from tests.faults.patched.scenarios import SCENARIOS
from tests.faults.patched.scenarios.ground import ground

SCHEDULE = "writer_killed_before_commit"


@pytest.mark.parametrize("bug", [None, "publish_before_commit"])
async def test_a_planted_bug_is_caught_and_its_twin_is_clean(
    bug: str | None, infra: Infrastructure, tmp_path: Path
) -> None:
    async with ground(tmp_path / "ground", servers=infra) as on:
        told = await run_bug(bug, SCHEDULE, tmp_path / "run", 3, on)
    assert (told["caught"], told["clean"], told["void"]) == (bug is not None, bug is None, ""), told["breaches"]


def test_each_bug_comes_as_often_as_asked_and_each_schedule_clean_once() -> None:
    planned = list(pieces(5))
    assert Counter(piece.bug for piece in planned if piece.bug) == dict.fromkeys(BUGS, 5)
    assert [piece.scenario for piece in planned if piece.bug is None] == list(SCENARIOS)
    assert len({piece.name for piece in planned}) == len(planned)
