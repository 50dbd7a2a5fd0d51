"""Bad network files: each fault names its file, line and field, in words that repeat nothing of the file."""

import re
from datetime import UTC, datetime

import pytest

from services.intake.network.rules.document import read
from services.intake.network.rules.references import network_faults
from tests.intake.network import bad_items, bad_references
from tests.intake.network.samples import SMALL, changed, laid

CASES = {**bad_items.CASES, **bad_references.CASES}
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.mark.parametrize(("old", "new", "on", "field", "says"), CASES.values(), ids=CASES)
def test_a_fault_names_its_line_and_field(old: str, new: str, on: str, field: str, says: str | None) -> None:
    text = changed(old, new)
    told = faults(text)
    assert told, "no fault was found"
    line = text[: text.index(on)].count("\n") + 1
    found = [one for one in told if (one[0], one[1]) == ("1.yaml", line) and one[2] == field]
    assert found, told
    assert says is None or any(one[3].startswith(says) for one in found), told


def test_the_small_network_has_no_fault() -> None:
    assert faults(SMALL) == []


def test_all_faults_are_told_at_once_and_none_twice() -> None:
    text = changed("zone: Europe/London", "zone: Mars")
    text = changed("backup: tomas", "backup: ines", text)
    text = changed("weight: 50", "weight: 0", text)
    text = changed("  - {id: northfield, name: Northfield}\n", "", text)
    assert [(field, says) for _, _, field, says in faults(text)] == [
        ("studies[0].sponsor", "there is no such sponsor"),
        ("sites[1].zone", "is not a time zone of the IANA database, like Europe/London"),
        ("staff[2].weight", "is too small"),
        ("routes[0].backup", "must be somebody else than the owner"),
    ]


def test_what_names_an_item_that_cannot_be_read_is_not_blamed_for_it() -> None:
    text = changed("sponsors:\n  - {id: northfield, name: Northfield}", "sponsors:\n  - {id: northfield}")
    assert [field for _, _, field, _ in faults(text)] == ["sponsors[0].name"]


def test_a_fault_in_a_later_file_names_that_file() -> None:
    dates = "    effective_from: 2026-01-05\n    reviewed_on: 2026-01-05\n"
    over = f"policies:\n  - id: typical\n{dates}    first_response: {{}}\n"
    assert {(file, line, field) for file, line, field, _ in faults(SMALL, over)} == {
        ("2.yaml", 5, f"policies[0].first_response.{field}") for field in ("target", "warn", "breach")
    }


@pytest.mark.parametrize("planted", ["Xylophania", "xylophania@quux.example", '"Xylo\\nphania"', "&xylo", "*xylo"])
def test_no_fault_repeats_a_value(planted: str) -> None:
    told = faults(re.sub(r"(?m)(\w+): [^\[{\n]+$", rf"\1: {planted}", SMALL))
    assert told
    assert "xylo" not in str(told).lower()


def faults(*texts: str) -> list[tuple[str, int, str, str]]:
    files = laid(*texts)
    found = read(files.document)
    whole = network_faults(found.placed, [], (), NOW, unread=found.unread)
    every = {*files.faults, *map(files.told, [*found.faults, *whole])}
    return sorted((told.file, told.line, told.field, told.says) for told in every)
