"""Leads that are made to fail: others in their place while none of them speaks, and nobody when it is over."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults.patched.poison import FOLDER
from tests.faults.schedule.kinds import parking
from tests.faults.schedule.kinds.parking import Parking
from tests.faults.schedule.scene import NotMet


class Asked:
    """Servers that know of leads: `newest` grows by one a question, `parked` is what the test says."""

    def __init__(self, leads: int) -> None:
        self.leads = leads
        self.parked: list[str] = []

    async def rows(self, sql: str, *_: object) -> Sequence[Mapping[str, Any]]:
        if ".parked" in sql:
            return [{"key": lead} for lead in self.parked]
        if "intake.referral" in sql:
            self.leads += 1 if self.leads else 0
            return [{"key": f"new-{n}"} for n in range(self.leads)][-4:]
        return [{"key": f"old-{n}"} for n in range(60)]


class Noted:
    """What the run writes down."""

    def __init__(self) -> None:
        self.keys: list[list[str]] = []

    async def write(self, what: str, **told: Any) -> None:
        assert what == "poison"
        self.keys.append(told["keys"])


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parking, "_AGAIN_AFTER", 0.01)


def of(arm: Path, asked: Asked) -> tuple[Parking, Noted]:
    noted = Noted()
    scene: Any = SimpleNamespace(servers=asked, stand=SimpleNamespace(faults=noted), arm=arm)
    return Parking(scene, "reporting"), noted


def failing(arm: Path) -> set[str]:
    file = arm / FOLDER / "reporting"
    return {line.split()[1] for line in file.read_text().splitlines()} if file.exists() else set()


async def until_chosen(noted: Noted, times: int) -> None:
    async with asyncio.timeout(5):
        while len(noted.keys) < times:
            await asyncio.sleep(0.005)


@pytest.mark.usefixtures("quick")
async def test_while_nobody_fails_others_are_chosen_until_one_does(tmp_path: Path) -> None:
    asked = Asked(leads=10)
    poisoned, noted = of(tmp_path, asked)
    async with poisoned.poisoned(Random(1)):
        await until_chosen(noted, 3)
        assert failing(tmp_path) == set(noted.keys[-1])
        assert len(noted.keys[-1]) == 8
        assert noted.keys[0] != noted.keys[1] != noted.keys[2]
        asked.parked = [noted.keys[0][0]]
        await asyncio.sleep(0.1)
        seen = len(noted.keys)
        await asyncio.sleep(0.1)
        assert len(noted.keys) == seen
    assert failing(tmp_path) == set()


@pytest.mark.usefixtures("quick")
async def test_who_was_made_to_fail_by_others_stays_so(tmp_path: Path) -> None:
    poisoned, noted = of(tmp_path, Asked(leads=10))
    (tmp_path / FOLDER).mkdir()
    (tmp_path / FOLDER / "reporting").write_text("leads of-others\n")
    async with poisoned.poisoned(Random(1)):
        await until_chosen(noted, 2)
        assert failing(tmp_path) == {"of-others", *noted.keys[-1]}
    assert failing(tmp_path) == {"of-others"}


@pytest.mark.usefixtures("quick")
async def test_of_the_leads_chosen_four_have_just_come(tmp_path: Path) -> None:
    poisoned, noted = of(tmp_path, Asked(leads=10))
    async with poisoned.poisoned(Random(1)):
        assert sum(lead.startswith("new-") for lead in noted.keys[0]) == 4


async def test_without_a_lead_there_is_nothing_to_poison(tmp_path: Path) -> None:
    poisoned, _ = of(tmp_path, Asked(leads=0))
    with pytest.raises(NotMet):
        async with poisoned.poisoned(Random(1)):
            pass
