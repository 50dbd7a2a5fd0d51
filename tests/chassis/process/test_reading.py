"""When readers count as getting on (P13), as a table of sentences."""

import pytest

from services.chassis.consume.reader import Progress
from services.chassis.process.reading import got_on


@pytest.mark.parametrize(
    ("sentence", "reader", "expected"),
    [
        ("has nothing to read", Progress(True, at=5, behind=False, waiting=None), True),
        ("has records, and a poll was done with since", Progress(True, at=6, behind=True, waiting=None), True),
        ("has records, and no poll came to an end", Progress(True, at=5, behind=True, waiting=None), False),
        ("is paused until somebody resumes it", Progress(True, at=5, behind=True, waiting="paused"), True),
        ("waits for its database", Progress(True, at=6, behind=False, waiting="ConnectionResetError"), False),
        ("has no client yet", Progress(False, at=5, behind=False, waiting=None), False),
    ],
)
def test_a_reader(sentence: str, reader: Progress, expected: bool) -> None:
    assert got_on({"leads": reader}, {"leads": 5}) is expected, sentence


def test_one_that_stands_still_is_not_hidden_by_one_that_runs() -> None:
    fine = Progress(True, at=9, behind=False, waiting=None)
    stuck = Progress(True, at=5, behind=True, waiting=None)
    assert got_on({"leads": fine, "network": stuck}, {"leads": 5, "network": 5}) is False
    assert got_on({}, {}) is True
