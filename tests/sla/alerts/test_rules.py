"""Which alert there must be and for whom, as sentences."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid5

import pytest

from contracts.alerts.facts import AlertRaised, AlertResolved
from contracts.vocabulary import Answered, Clock, Level
from services.sla.alerts.rules import Alert, alert_id, settle
from services.sla.clocks.rules.episode import Episode
from services.sla.clocks.rules.lead import Clocks, Lead
from services.sla.policies.rules import Deadlines
from tests.sla.builders import MONDAY

LEAD = UUID("019c0000-0000-7000-8000-000000000001")
NOW = MONDAY + timedelta(hours=3)
TIMES = Deadlines(MONDAY + timedelta(hours=1), MONDAY + timedelta(hours=3), MONDAY + timedelta(hours=4))


def a_lead(owner: str | None = "ines", level: Level | None = Level.WARNING, ended_by: Answered | None = None) -> Clocks:
    """A lead whose clock has reached this level; `ended_by` ends it."""
    episode = Episode(LEAD, "alder", "eastmere", Clock.FIRST_RESPONSE, 1, MONDAY, deadlines=TIMES, level=level)
    if ended_by is not None:
        episode = replace(episode, stopped_at=NOW, ended_by=ended_by, business_seconds=1, within_target=True)
    lead = Lead(LEAD, "alder", "eastmere", "openhand", False, MONDAY, owner=owner, version=7)
    return Clocks(lead, (episode,))


def an_alert(staff: str = "ines", level: Level = Level.WARNING) -> Alert:
    return Alert(
        id=alert_id(LEAD, Clock.FIRST_RESPONSE, 1, level),
        staff=staff,
        lead=LEAD,
        study="alder",
        site="eastmere",
        clock=Clock.FIRST_RESPONSE,
        episode=1,
        level=level,
        as_of=5,
        unconfirmed=False,
        is_test=False,
        raised_at=NOW,
    )


def changes(clocks: Clocks, *alerts: Alert, stand_in: str | None = None) -> tuple[list[str], list[str]]:
    """Who is released and why, who is told of what."""
    settled = settle(clocks, alerts, stand_in, at=NOW)
    released = [f"{alert.staff} {alert.level} {alert.resolved_by}" for alert in settled.resolved]
    return released, [f"{alert.staff} {alert.level}" for alert in settled.raised]


def test_the_owner_is_told_of_a_level() -> None:
    assert changes(a_lead()) == ([], ["ines warning"])


def test_once_is_enough() -> None:
    assert changes(a_lead(), an_alert()) == ([], [])


def test_without_an_owner_whoever_stands_in_is_told() -> None:
    assert changes(a_lead(owner=None), stand_in="leda") == ([], ["leda warning"])


def test_where_nobody_is_accountable_nothing_is_raised_and_what_is_open_stays() -> None:
    assert changes(a_lead(owner=None)) == ([], [])
    assert changes(a_lead(owner=None), an_alert()) == ([], [])


def test_no_level_no_alert() -> None:
    assert changes(a_lead(level=None)) == ([], [])


def test_the_next_level_is_told_beside_the_one_before() -> None:
    assert changes(a_lead(level=Level.BREACH), an_alert()) == ([], ["ines breach"])


@pytest.mark.parametrize("by", [Answered.ATTEMPT, Answered.CLOSED, Answered.DUPLICATE])
def test_an_answer_resolves_every_level(by: Answered) -> None:
    lead = a_lead(level=Level.BREACH, ended_by=by)
    assert changes(lead, an_alert(), an_alert(level=Level.BREACH)) == ([f"ines warning {by}", f"ines breach {by}"], [])


def test_a_new_owner_is_told_of_the_highest_level_and_the_old_one_is_released_from_all() -> None:
    lead = a_lead(owner="otto", level=Level.BREACH)
    released = ["ines warning owner_changed", "ines breach owner_changed"]
    assert changes(lead, an_alert(), an_alert(level=Level.BREACH)) == (released, ["otto breach"])


def test_a_new_owner_is_told_although_the_old_one_had_acknowledged() -> None:
    seen = replace(an_alert(), acknowledged_at=NOW)
    assert changes(a_lead(owner="otto"), seen) == (["ines warning owner_changed"], ["otto warning"])


def test_an_owner_who_comes_later_takes_over_from_the_stand_in() -> None:
    assert changes(a_lead(), an_alert("leda"), stand_in="leda") == (["leda warning owner_changed"], ["ines warning"])


def test_an_alert_of_an_earlier_episode_is_over() -> None:
    first = a_lead(ended_by=Answered.DUPLICATE).episodes[0]
    second = replace(a_lead().episodes[0], number=2)
    both = Clocks(a_lead().lead, (first, second))
    assert changes(both, an_alert()) == (["ines warning duplicate"], ["ines warning"])


def test_the_id_is_derived_and_the_same_for_every_recipient() -> None:
    expected = uuid5(LEAD, "alert:first_response:1:warning")
    raised = settle(a_lead(owner="otto"), [an_alert()], None, at=NOW).raised[0]
    assert raised.id == an_alert().id == expected


def test_facts_carry_the_leads_version_they_were_judged_on() -> None:
    said = settle(a_lead(owner="otto"), [an_alert()], None, at=NOW, unconfirmed=True).said()
    assert [type(body) for body in said] == [AlertResolved, AlertRaised]
    assert [body.as_of for body in said] == [7, 7]  # type: ignore[union-attr]
    assert isinstance(said[1], AlertRaised)
    assert said[1].unconfirmed
