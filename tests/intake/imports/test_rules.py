"""The pure parts: states, lines that know where they end, cells that are no formula."""

import random
from collections.abc import Iterator

import pytest

from services.intake.imports.rules.cell import neutral
from services.intake.imports.rules.header import Layout, Misfit, layout_of
from services.intake.imports.rules.lines import ROW_LIMIT, Endless, rows
from services.intake.imports.rules.mapping import PLACES, ColumnMapping, CsvField
from services.intake.imports.rules.row import fault_at
from services.intake.imports.rules.state import ENDED, PHASES, Event, State, moved
from services.intake.referrals.rules.referral import Referral


def pieces(content: bytes, size: int, start: int = 0) -> Iterator[bytes]:
    for at in range(start, len(content), size):
        yield content[at : at + size]


def written(table: list[list[str]], separator: str, end: str) -> bytes:
    """RFC 4180 by hand: Python's own writer leaves a line break of another kind without quotes."""

    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if set(text) & set('",;\t\r\n') else text

    return "".join(separator.join(map(cell, row)) + end for row in table).encode()


@pytest.mark.parametrize("seed", range(30))
def test_rows_are_as_written_whatever_the_pieces_and_wherever_reading_begins_again(seed: int) -> None:
    dice = random.Random(seed)
    separator, end = dice.choice(",;\t"), dice.choice(["\r\n", "\n", "\r"])
    alphabet = ["a", "é", "漢", '"', separator, "\r\n", "\n", "\r", " ", "'", "\x00"]
    table = [["x", *("".join(dice.choices(alphabet, k=dice.randrange(6))) for _ in range(3))] for _ in range(40)]
    content = written(table, separator, end)
    found = list(rows(pieces(content, dice.randrange(1, 50)), separator, start=0, number=1))
    assert [row.cells for row in found] == table
    assert found[-1].ends == len(content)
    for row in found[::7]:
        rest = list(rows(pieces(content, 13, row.ends), separator, start=row.ends, number=row.number + 1))
        assert rest == found[row.number :]


def test_a_line_too_long_is_passed_over_without_being_held() -> None:
    content = b"a,b\n" + b"x" * (3 * ROW_LIMIT) + b",y\r\nc,d"
    found = list(rows(pieces(content, 1_000), ",", start=0, number=1))
    assert [row.cells for row in found] == [["a", "b"], None, ["c", "d"]]
    assert found[-1].ends == len(content)


def test_a_quote_never_closed_ends_the_reading() -> None:
    coming = rows(pieces(b'a,b\n"c,d\n' + b"e,f\n" * ROW_LIMIT, 5_000), ",", start=0, number=1)
    assert next(coming).cells == ["a", "b"]
    with pytest.raises(Endless):
        next(coming)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_a_formula_becomes_text(cell: str) -> None:
    assert neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "2", "accepted", "must be text", "a=b", "019a-b"])
def test_what_is_no_formula_stays(cell: str) -> None:
    assert neutral(cell) == cell


def test_every_state_ends_and_no_end_goes_on() -> None:
    assert all(moved(state, event) is None for state in ENDED for event in Event)
    seen, waiting = set(), [State.RECEIVING]
    while waiting:
        state = waiting.pop()
        seen.add(state)
        waiting += [to for event in Event if (to := moved(state, event)) is not None and to not in seen]
    assert seen == set(State)
    assert all(moved(state, Event.LAST_ROW) and moved(state, Event.FAIL) for state in PHASES)


def test_an_import_is_started_only_when_it_was_checked() -> None:
    assert [state for state in State if moved(state, Event.START)] == [State.CHECKED]


def test_every_field_stands_in_a_referral_and_its_faults_lead_back_to_it() -> None:
    schema = Referral.model_json_schema()
    for field, path in PLACES.items():
        inside = schema
        for name in path:
            assert name in _properties(schema, inside), path
            inside = _properties(schema, inside)[name]
        assert fault_at("/" + "/".join(path), "is odd").field == field
    assert fault_at("/permission/channels/0", "is odd").field == CsvField.PERMISSION_CHANNELS


def _properties(schema: dict[str, object], inside: dict[str, object]) -> dict[str, dict[str, object]]:
    found = inside.get("properties")
    if isinstance(found, dict):
        return found
    options = [inside, *(o for o in inside.get("anyOf", []))]  # type: ignore[attr-defined]
    named = next(str(o["$ref"]) for o in options if "$ref" in o).rpartition("/")[2]
    return schema["$defs"][named]["properties"]  # type: ignore[index, no-any-return]


MAPPED = ColumnMapping.model_validate(
    {"fields": {"given_name": {"column": "First"}, "phone": {"column": "Phone, home"}}}
)


@pytest.mark.parametrize(
    ("line", "separator"),
    [('First,"Phone, home",Notes\r\n', ","), ("Phone, home;First\n", ";"), ("First\tPhone, home\tx\r", "\t")],
)
def test_the_separator_is_the_one_that_finds_the_columns(line: str, separator: str) -> None:
    layout = layout_of(line, MAPPED, None)
    assert isinstance(layout, Layout)
    assert layout.separator == separator


def test_a_file_that_does_not_fit_names_fields_and_nothing_of_the_file() -> None:
    assert layout_of("First,First,x\n", MAPPED, None) == Misfit((CsvField.PHONE,), (CsvField.GIVEN_NAME,))
