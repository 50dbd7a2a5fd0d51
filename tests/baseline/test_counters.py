"""The counters are what was committed: a statement more, or a tenth more write-ahead log, is a decision in review.

Written again by `python -m tests.baseline.write`.
"""

from pathlib import Path

import pytest

from tests.baseline.measure import WAL, Counters, baseline, measured
from tests.place import Place


@pytest.fixture
async def counters(fresh_place: Place, tmp_path: Path) -> Counters:
    return await measured(fresh_place, tmp_path)


async def test_every_counter_is_what_was_committed(counters: Counters) -> None:
    committed = baseline()
    wal = counters.pop(WAL)
    assert wal == pytest.approx(committed.pop(WAL), rel=0.1)
    assert counters == committed


def test_no_reader_asks_more_often_for_500_facts_than_a_person_can_count() -> None:
    assert {name: n for name, n in baseline().items() if "reads" in name and n > 20} == {}
