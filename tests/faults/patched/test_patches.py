"""Every patch still finds what it was written for."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.patched.__main__ import prepare, role_of
from tests.faults.patched.bugs import BUGS
from tests.faults.patched.patching import PatchLost, patch, rewrite, undone
from tests.faults.patched.points import POINTS
from tests.faults.patched.scenarios import SCENARIOS


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATON_KAFKA", "127.0.0.1:9")


@pytest.mark.parametrize("bug", [None, *BUGS])
def test_every_point_and_bug_is_applied_to_the_product_as_it_is(bug: str | None, tmp_path: Path) -> None:
    with undone():
        prepare(tmp_path, "all", [bug] if bug else [])


def test_a_patch_is_taken_back() -> None:
    before = vars(json)["dumps"]
    with undone():
        patch(json, "dumps", lambda obj, *, skipkeys, ensure_ascii, check_circular, allow_nan, cls, indent, separators,
              default, sort_keys, **kw: "")  # fmt: skip
        assert json.dumps is not before
    assert json.dumps is before


def test_a_function_that_takes_something_else_now_is_told() -> None:
    with undone(), pytest.raises(PatchLost, match=r"json\.dumps is \("):
        patch(json, "dumps", lambda value: "")


def test_a_function_that_is_gone_is_told() -> None:
    with undone(), pytest.raises(PatchLost, match=r"json\.encode_all is gone"):
        patch(json, "encode_all", lambda value: "")


def test_a_text_that_has_changed_is_told() -> None:
    with undone(), pytest.raises(PatchLost, match="0 times"):
        rewrite(json, "__author__", ("nobody ever", "somebody"))


def test_every_bug_is_caught_by_something_and_has_a_scenario() -> None:
    assert len(BUGS) >= 16
    assert [bug.name for bug in BUGS.values() if not bug.groups or bug.scenario not in SCENARIOS] == []


@pytest.mark.parametrize(
    ("words", "role"),
    [
        ("serve sla --role relay", "sla.relay"),
        ("serve all", "all"),
        ("serve routing --role api --role tick", "all"),
        ("parked retry sla leads", "cli.parked"),
        ("migrate", "cli.migrate"),
    ],
)
def test_a_process_is_called_by_its_words(words: str, role: str) -> None:
    assert role_of(words.split()) == role


def test_a_role_passes_its_own_points_only() -> None:
    of_the_relay = {point.name for point in POINTS.values() if point.is_met_by("sla.relay#2")}
    assert of_the_relay == {"after_send_before_mark", "inside_mark", "lease_just_expired"}


def test_the_launcher_runs_the_ordinary_command(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "tests.faults.patched", "--arm", str(tmp_path), "migrate", "--help"]
    told = subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True, env=dict(os.environ))
    assert "baton migrate" in told.stdout
