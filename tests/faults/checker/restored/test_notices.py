"""Second notices: those of what the copy lacked are listed, any other is named; the key is always the old one."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.faults.checker.evidence import Breach
from tests.faults.checker.models.story import C, E, Story, alert_of, at, the_story
from tests.faults.checker.restored import notices
from tests.faults.checker.restored.case import Case

WARNING, BREACH = alert_of(C, "warning"), alert_of(C, "breach")
PUT_BACK = 30.0


def case_of(story: Story, service: str = "sla", **copied: list[dict[str, Any]]) -> Case:
    """The story, its service set back at second 30 to a copy from just after C's warning was mailed."""
    tables: dict[str, list[dict[str, Any]]] = {
        "copied.alert": [{"id": WARNING, "staff": "otto", "resolved_at": None}],
        "copied.notice": [{"alert": WARNING, "staff": "otto", "state": "delivered"}],
        "copied.head": [{"stream": "leads", "key": C, "version": 6}, {"stream": "leads", "key": E, "version": 3}],
    }
    tables |= {f"copied.{name}": rows for name, rows in copied.items()}
    return Case(story.evidence, service, at(PUT_BACK).timestamp(), (), tables)


def said_again(story: Story, level: str = "breach", when: float = 31.0) -> Story:
    """C's level once more, with its letter."""
    story.of_alert(C, "AlertRaised", when, level, "otto", 6, unconfirmed=False)
    story.mail(C, level, "otto", when + 1)
    return story


def broken(found: Iterable[Breach]) -> set[tuple[str, str]]:
    return {(breach.group, breach.key) for breach in found}


def test_what_the_copy_lacked_is_said_again_and_listed() -> None:
    case = case_of(said_again(the_story()))
    told = [(one.what, one.key, one.lead, one.first is not None) for one in notices.notices(case)]
    assert told == [("mail", (BREACH, "otto"), C, True), ("alert", (BREACH, "otto"), C, True)]
    for rule in (notices.keys_are_old, notices.notices_are_single, notices.notices_were_lacking):
        assert broken(rule(case)) == set()


def test_a_letter_the_copy_had_not_marked_comes_again_without_its_alert() -> None:
    story = the_story()
    story.mail(C, "warning", "otto", 31.0)
    pending = [{"alert": WARNING, "staff": "otto", "state": "pending"}]
    assert broken(notices.notices_were_lacking(case_of(story, notice=pending))) == set()
    assert broken(notices.notices_were_lacking(case_of(story))) == {("repeated", C)}


def test_an_alert_that_the_copy_had_is_not_raised_again() -> None:
    case = case_of(said_again(the_story(), "warning"))
    assert broken(notices.notices_were_lacking(case)) == {("repeated", C)}


def _foreign_alert(story: Story) -> None:
    story.of_clock(C, "AlertRaised", 31.0, alert=alert_of(E, "warning"), level="warning", staff="otto", as_of=6)


@pytest.mark.parametrize(
    ("change", "key"),
    [(_foreign_alert, alert_of(E, "warning")), (lambda s: s.mail(C, "breach", "ines", 31.0), BREACH)],
)
def test_a_notice_under_another_key_is_named(change: Callable[[Story], None], key: str) -> None:
    story = the_story()
    change(story)
    assert broken(notices.keys_are_old(case_of(story))) == {("repeated", key)}


def test_the_same_notice_twice_after_a_restore_is_named() -> None:
    story = said_again(said_again(the_story()), when=35.0)
    assert broken(notices.notices_are_single(case_of(story))) == {("repeated", C)}


def test_routing_makes_sla_say_again_only_what_its_copy_lacked() -> None:
    """Of E the copy lacks the fourth fact, of C nothing."""
    story = said_again(the_story())
    story.mail(E, "breach", "perrin", 32.0)
    found = broken(notices.notices_follow_what_was_lacking(case_of(story, "routing")))
    assert found == {("repeated", C)}
