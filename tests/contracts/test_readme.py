"""The page beside the contracts says what the code says."""

import re
from pathlib import Path

import contracts
from contracts.streams import STREAMS

FOLDER = Path(contracts.__file__).parent
PAGE = (FOLDER / "README.md").read_text("utf-8")


def test_its_table_lists_the_streams_with_their_readers() -> None:
    rows = [
        [cell.strip(" `") for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line[:3] == "| `"
    ]
    told = {row[0]: (row[1], row[2], tuple(row[4].split(", "))) for row in rows if len(row) == 5}
    assert told == {name: (stream.said_by, stream.key, stream.read_by) for name, stream in STREAMS.items()}


def test_every_file_it_names_is_there() -> None:
    named = {name for name in re.findall(r"`((?:\w+/)*\w+\.py|\w+/)`", PAGE) if not name.startswith("tests")}
    assert len(named) >= 8
    assert {name for name in named if not (FOLDER / name).exists()} == set()
