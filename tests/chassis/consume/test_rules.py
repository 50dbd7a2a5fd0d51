"""The rules as tables of sentences."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from contracts.streams import Order
from services.chassis.consume.heard_rules import Marks, Told, hear
from services.chassis.consume.rules import Cursor, From, Start, Verdict, judge, start_at

LAST, OTHER = UUID(int=1), UUID(int=2)
AT_3 = Cursor(3, LAST)


@pytest.mark.parametrize(
    ("sentence", "cursor", "version", "event", "order", "adopts", "verdict"),
    [
        ("stored + 1 is due", AT_3, 4, OTHER, Order.EVERY, False, Verdict.DUE),
        ("the first version of a new key is due", Cursor(), 1, OTHER, Order.EVERY, False, Verdict.DUE),
        ("lower is a repeat", AT_3, 2, OTHER, Order.EVERY, False, Verdict.REPEAT),
        ("the same version with the same id is a repeat", AT_3, 3, LAST, Order.EVERY, False, Verdict.REPEAT),
        ("the same version with another id is swapped", AT_3, 3, OTHER, Order.EVERY, False, Verdict.SWAPPED),
        ("after adopting, no id is known", Cursor(3), 3, OTHER, Order.EVERY, False, Verdict.REPEAT),
        ("higher is a gap", AT_3, 5, OTHER, Order.EVERY, False, Verdict.GAP),
        ("a new key's second version is a gap", Cursor(), 2, OTHER, Order.EVERY, False, Verdict.GAP),
        ("but is adopted while bootstrapping", Cursor(), 2, OTHER, Order.EVERY, True, Verdict.DUE),
        ("only as the first seen", AT_3, 5, OTHER, Order.EVERY, True, Verdict.GAP),
        ("and not where something is parked", Cursor(0, None, True), 2, OTHER, Order.EVERY, True, Verdict.GAP),
        ("on latest, any higher is due", AT_3, 9, OTHER, Order.LATEST, False, Verdict.DUE),
        ("on latest, lower is a repeat", AT_3, 2, OTHER, Order.LATEST, False, Verdict.REPEAT),
        ("on latest, another id of the same version is swapped", AT_3, 3, OTHER, Order.LATEST, False, Verdict.SWAPPED),
    ],
)
def test_judging(
    sentence: str, cursor: Cursor, version: int, event: UUID, order: Order, adopts: bool, verdict: Verdict
) -> None:
    assert judge(cursor, version, event, order=order, adopts=adopts) is verdict, sentence


@pytest.mark.parametrize(
    ("position", "begins", "ends", "start"),
    [
        (None, 0, 9, Start(0, From.BEGINNING)),
        (None, 4, 9, Start(4, From.BEGINNING)),
        (5, 0, 9, Start(5, From.POSITION)),
        (9, 0, 9, Start(9, From.POSITION)),
        (10, 0, 9, Start(0, From.RECREATED)),
        (3, 4, 9, Start(4, From.EXPIRED)),
        (4, 4, 4, Start(4, From.POSITION)),
    ],
)
def test_where_reading_starts(position: int | None, begins: int, ends: int, start: Start) -> None:
    assert start_at(position, begins=begins, ends=ends) == start
    assert start.pages is (start.why in (From.RECREATED, From.EXPIRED))


def told(second: int, offset: int, *held: str, more: int = 0) -> Told:
    return Told(datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(seconds=second), offset, held, more)


@pytest.mark.parametrize(
    ("sentence", "marks", "said", "position", "after"),
    [
        ("counts once the position is there", Marks(), told(1, 5), 5, Marks(told(1, 5))),
        ("waits until then", Marks(), told(1, 6), 5, Marks(None, told(1, 6))),
        ("counts when the position gets there", Marks(None, told(1, 6)), None, 6, Marks(told(1, 6))),
        (
            "the pending one is kept, a busy reader gets there",
            Marks(None, told(1, 6)),
            told(2, 9),
            5,
            Marks(None, told(1, 6)),
        ),
        ("and then the next one waits", Marks(None, told(1, 6)), told(2, 9), 7, Marks(told(1, 6), told(2, 9))),
        ("a newer one that asks no more is better", Marks(None, told(1, 6)), told(2, 6), 5, Marks(None, told(2, 6))),
        ("both count: the greatest wins", Marks(None, told(1, 6)), told(2, 6), 6, Marks(told(2, 6))),
        ("an older one changes nothing", Marks(told(5, 1)), told(4, 1), 9, Marks(told(5, 1))),
        (
            "with the greatest come its held keys",
            Marks(told(1, 1, "a", "b", more=7)),
            told(2, 1, "b", "c"),
            9,
            Marks(told(2, 1, "b", "c")),
        ),
        (
            "a mended key whose old facts are still to be read stays held",
            Marks(told(5, 1, "a")),
            told(3, 1),
            9,
            Marks(told(5, 1, "a")),
        ),
        (
            "a recreated topic's pending one is let go",
            Marks(None, told(1, 900)),
            told(2, 3),
            0,
            Marks(None, told(2, 3)),
        ),
    ],
)
def test_which_watermark_counts(sentence: str, marks: Marks, said: Told | None, position: int, after: Marks) -> None:
    assert hear(marks, said, position=position) == after, sentence
