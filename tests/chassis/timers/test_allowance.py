"""Which due times may fire while a stream is awaited, as a table of sentences (P9)."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.chassis.timers.allowance import FREE, Counted, allowance_of

DUE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
REAL = datetime(2026, 3, 2, 9, 10, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LEAD = UUID("01958f3a-0000-7000-8000-000000000001")
OTHERS = ("01958f3a-0000-7000-8000-000000000002", "study/alder")

FIRES, UNSURE, WAITS = "fires", "fires unconfirmed", "waits"


def fate(counted: Counted | None) -> str:
    """What becomes of `LEAD`'s timer, due at `DUE`, in shard 3."""
    allowance = allowance_of({} if counted is None else {3: counted}, real=REAL)
    if allowance.until[3] < DUE or LEAD in allowance.held:
        return WAITS
    return UNSURE if allowance.sure[3] < DUE else FIRES


@pytest.mark.parametrize(
    ("sentence", "counted", "expected"),
    [
        ("everything before its time was heard", Counted(DUE, REAL), FIRES),
        ("more than that was heard", Counted(DUE + SECOND, None), FIRES),
        ("a moment before it is still missing", Counted(DUE - SECOND, REAL - SECOND), WAITS),
        ("the watermark stands for 119 s", Counted(DUE - SECOND, REAL - 119 * SECOND), WAITS),
        ("the watermark stands for 120 s", Counted(DUE - SECOND, REAL - 120 * SECOND), UNSURE),
        ("it stands, but all before the due time had been heard", Counted(DUE, REAL - 500 * SECOND), FIRES),
        ("nothing ever counted, and the reader waits at the end for 120 s", Counted(None, REAL - 120 * SECOND), UNSURE),
        ("nothing ever counted, and the reader has just arrived", Counted(None, REAL), WAITS),
        ("the reader starts, is behind or paused", Counted(DUE - SECOND, None), WAITS),
        ("nobody reads that partition", None, WAITS),
        ("the relay over there holds its key", Counted(DUE + SECOND, None, (str(LEAD),)), WAITS),
        ("it holds its key, and stands still", Counted(DUE - SECOND, REAL - 500 * SECOND, (str(LEAD),)), WAITS),
        ("it holds other keys only", Counted(DUE + SECOND, None, OTHERS), FIRES),
        ("it holds other keys, and is behind", Counted(DUE - SECOND, None, OTHERS), WAITS),
        ("it holds other keys, and stands still", Counted(DUE - SECOND, REAL - 120 * SECOND, OTHERS), UNSURE),
        ("it holds more than it names", Counted(DUE + SECOND, None, OTHERS, held_more=1), WAITS),
        ("more than it names, and stands still", Counted(DUE, REAL - 500 * SECOND, OTHERS, held_more=1), WAITS),
    ],
)
def test_a_timer_that_awaits_a_stream(sentence: str, counted: Counted | None, expected: str) -> None:
    assert fate(counted) == expected, sentence


def test_each_shard_is_judged_by_its_own_partition() -> None:
    allowance = allowance_of({n: Counted(DUE + n * SECOND, None) for n in range(12)}, real=REAL)
    assert list(allowance.until) == [DUE + n * SECOND for n in range(12)]
    assert allowance.held_back == 0


def test_shards_that_nobody_hears_of_are_counted() -> None:
    assert allowance_of({5: Counted(DUE, None)}, real=REAL).held_back == 11
    assert allowance_of({5: Counted(DUE, None, OTHERS, held_more=2)}, real=REAL).held_back == 12
    assert FREE.held_back == 0
