"""After a try: delivered, another try, or failed for good."""

from datetime import timedelta

import pytest

from contracts.vocabulary import SendFailure
from services.sla.channels.rules import TRIES, Code, judge


def test_sent_is_delivered_at_any_try() -> None:
    assert judge("sent", tries=TRIES).delivered


@pytest.mark.parametrize(
    ("code", "failure"), [("refused", SendFailure.REFUSED), ("no_address", SendFailure.NO_ADDRESS)]
)
def test_what_no_other_try_can_mend_fails_at_once(code: str, failure: SendFailure) -> None:
    assert judge(code, tries=1).failure is failure


@pytest.mark.parametrize(
    ("code", "failure"),
    [
        ("later", SendFailure.GAVE_UP),
        ("failed", SendFailure.GAVE_UP),
        ("timeout", SendFailure.UNREACHABLE),
        ("unreachable", SendFailure.UNREACHABLE),
        ("not_known", SendFailure.NO_ADDRESS),
    ],
)
def test_anything_else_is_tried_ten_times_and_then_fails_with_its_reason(code: str, failure: SendFailure) -> None:
    assert all(judge(code, tries=n).again and not judge(code, tries=n).failure for n in range(1, TRIES))
    assert judge(code, tries=TRIES).failure is failure


def test_the_pauses_grow_to_a_quarter_of_an_hour_and_outlast_an_hour_without_a_server() -> None:
    pauses = [judge(Code.UNREACHABLE, tries=n).again for n in range(1, TRIES)]
    seconds = [pause.total_seconds() for pause in pauses if pause]
    assert seconds == [5, 15, 45, 135, 405, 900, 900, 900, 900]
    assert timedelta(hours=1) < timedelta(seconds=sum(seconds)) < timedelta(hours=2)
