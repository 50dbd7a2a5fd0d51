"""Ten tries over three days, as docs/webhooks.md says it."""

from datetime import timedelta
from itertools import accumulate

from services.intake.webhooks.rules.schedule import DISABLED_AFTER, PAUSES, judge


def test_ten_tries_over_three_days_each_pause_longer() -> None:
    verdicts = [judge(ok=False, tries=n) for n in range(1, 12)]
    pauses = [verdict.again for verdict in verdicts if verdict.again is not None]
    assert tuple(pauses) == PAUSES
    assert pauses == sorted(pauses)
    assert [verdict.again for verdict in verdicts[9:]] == [None, None]
    assert [*accumulate(pauses, initial=timedelta())][-1] == timedelta(hours=75, minutes=35, seconds=5)
    assert sum(pauses, timedelta()) < DISABLED_AFTER


def test_what_arrived_is_not_tried_again() -> None:
    assert judge(ok=True, tries=3).delivered
    assert judge(ok=True, tries=3).again is None
