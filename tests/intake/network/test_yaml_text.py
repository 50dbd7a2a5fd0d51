"""YAML as people mean it, with lines, and faults instead of silent choices."""

import pytest

from services.intake.network.rules.yaml_text import read_yaml


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"),
        ("on", "on"),
        ("17:30", "17:30"),
        ("2026-03-01", "2026-03-01"),
        ("1_000", "1_000"),
        ("0x1f", "0x1f"),
        ("AL-204", "AL-204"),
        ("+1 555 0100", "+1 555 0100"),
        ("12", 12),
        ("-3", -3),
        ("2.5", 2.5),
        ("true", True),
        ("~", None),
        ('"12"', "12"),
        ("'true'", "true"),
        ("|-\n  two\n  lines", "two\nlines"),
        ("[a, 1, null]", ["a", 1, None]),
    ],
)
def test_a_value_is_text_unless_it_is_plainly_something_else(written: str, meant: object) -> None:
    assert read_yaml(f"field: {written}\n").value == {"field": meant}


def test_every_name_and_entry_knows_its_line() -> None:
    text = "# a comment\nsites:\n  - id: a\n    name: A\n\n  - {id: b, name: B}\n"
    lines = read_yaml(text).lines
    assert lines["sites",] == 2
    assert (lines["sites", 0, "id"], lines["sites", 0, "name"]) == (3, 4)
    assert (lines["sites", 1], lines["sites", 1, "name"]) == (6, 6)


@pytest.mark.parametrize(
    ("text", "path", "line", "says"),
    [
        ("a: 1\nb: 2\na: 3\n", ("a", "again"), 3, "stands twice in one mapping, first on line 1"),
        ("a:\n  - {b: 1,\n     b: 2}\n", ("a", 0, "b", "again"), 3, "stands twice in one mapping, first on line 2"),
        ("a: 1\n2: b\n", ("?",), 2, "must be a plain name"),
        ("a: 1\n? [b]\n: c\n", ("?",), 2, "must be a plain name"),
        ("a: 1\nb: !!python/name:os.system x\n", ("b",), 2, "has a tag; write the plain value"),
        ("a: &a\n  - *a\n", ("a", 0), 1, "repeats itself without end"),
        ("a: [1, 2\nb: 3\n", (), 2, "is not YAML here: did not find expected ',' or ']'"),
        ("a:\n\tb: 2\n", (), 2, "is not YAML here: found character that cannot start any token"),
        ("a: *nowhere\n", (), 1, "is not YAML here: found undefined alias"),
        ("a: 1\n---\nb: 2\n", (), 2, "is not YAML here: but found another document"),
        ("a: \x07\n", (), 1, "holds a character that YAML does not allow"),
        ("[" * 5000 + "]" * 5000, (), 1, "is nested too deeply"),
    ],
)
def test_a_fault_has_its_line(text: str, path: tuple[str | int, ...], line: int, says: str) -> None:
    read = read_yaml(text)
    assert [(fault.path, fault.says) for fault in read.faults] == [(path, says)]
    assert read.lines[path] == line


def test_aliases_that_multiply_are_cut_off() -> None:
    levels = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    levels += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    read = read_yaml("\n".join(levels))
    assert {fault.says for fault in read.faults} == {"repeats itself without end"}
