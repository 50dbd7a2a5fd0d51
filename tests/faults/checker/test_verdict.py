"""The checker's word: green only with something seen and nothing broken, and some of every law in what is shown."""

import json
from pathlib import Path

import pytest

from tests.faults.checker.building import Story
from tests.faults.checker.evidence import Breach
from tests.faults.checker.verdict import BROKEN, GREEN, GROUPS, VOID, Verdict, judged, recovered, some_of

LOST = Breach("accepted_are_there", "lost", "k", "is gone")


@pytest.mark.parametrize(
    ("story", "breaches", "code"),
    [
        (Story().refer(), [], GREEN),
        (Story().refer(), [LOST], BROKEN),
        (Story(), [], VOID),
        (Story().refer(answered=False), [], VOID),
        (Story(), [LOST], BROKEN),
    ],
)
def test_the_exit_code_says_what_was_found(story: Story, breaches: list[Breach], code: int) -> None:
    assert judged(story.evidence(), breaches, {}).code == code


def test_a_verdict_names_every_group_and_what_it_counted(tmp_path: Path) -> None:
    judged(Story().refer().refused().evidence(), [LOST, LOST], {"all": 1.5}).save(tmp_path)
    told = json.loads((tmp_path / "verdict.json").read_text())
    assert told["groups"] == dict.fromkeys(GROUPS, 0) | {"lost": 2}
    assert told["breaches"][0] == {"law": LOST.law, "group": "lost", "key": "k", "says": "is gone"}
    assert {name: told["counts"][name] for name in ("leads", "refused", "asked ok")} == {
        "leads": 1, "refused": 1, "asked ok": 1,
    }  # fmt: skip
    assert (told["code"], told["took"]) == (BROKEN, {"all": 1.5})


def test_of_many_breaches_some_of_every_law_are_told() -> None:
    many = [Breach("often", "lost", str(n), "") for n in range(500)] + [Breach("once", "gaps", "k", "")]
    told = some_of(Verdict({}, many, {}, {}).breaches)
    assert (len(told), {breach.law for breach in told}) == (200, {"often", "once"})


def test_recovery_is_told_by_kind_of_fault() -> None:
    took = [*(float(n) for n in range(1, 101)), None]
    lines = [{"what": "recovered", "label": "kill relay", "seconds": seconds} for seconds in took]
    lines += [{"what": "recovered", "label": "freeze kafka", "seconds": 7.5}, {"what": "healed", "fault": 1}]
    assert recovered(lines) == {
        "freeze kafka": {"count": 1, "p50": 7.5, "p99": 7.5, "max": 7.5},
        "kill relay": {"count": 100, "p50": 50, "p99": 99, "max": 100},
    }
