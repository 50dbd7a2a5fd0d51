"""A text is shown where it stands in its file, whatever else is logged while the file is read."""

import ast
import asyncio
import gc
from collections.abc import Iterator

import pytest

from services.chassis.telemetry import scrub
from services.chassis.telemetry.scrub import WITHHELD, program_text

LOGGED = "a text of this file"
FILE = __file__


class Found:
    """What asyncio logs of a future that the garbage collector finds: a text of another file, in a finalizer."""

    said = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        program_text("%r was never awaited", asyncio.tasks.__file__)
        Found.said += 1


@pytest.fixture
def busy_collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(50, 2, 2)
    yield
    gc.set_threshold(*before)


@pytest.mark.usefixtures("busy_collector")
def test_what_the_collector_finds_in_the_middle_of_a_parse_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The watch over a loop fell over this once, and its process ended (a large run)."""
    monkeypatch.setattr(scrub, "_KNOWN", {})
    for _ in range(30):
        scrub._KNOWN.clear()
        found = [Found() for _ in range(40)]
        del found
        assert program_text(LOGGED, FILE) == LOGGED
    assert Found.said > 100


def test_a_line_beside_a_parse_goes_without_its_text_and_the_next_one_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    parse, inside = ast.parse, list[str]()

    def parse_and_log(source: bytes) -> ast.Module:
        inside.append(program_text(LOGGED, FILE))
        return parse(source)

    monkeypatch.setattr(scrub, "_KNOWN", {})
    monkeypatch.setattr(ast, "parse", parse_and_log)
    program_text("anything", asyncio.tasks.__file__)
    monkeypatch.undo()
    monkeypatch.setattr(scrub, "_KNOWN", {})
    assert (inside, program_text(LOGGED, FILE)) == ([WITHHELD], LOGGED)
