"""What each fact of a lead does to its clock, as sentences; times in New York, 9 to 5, targets 1 h / 3 h / 4 h."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.alerts.facts import DeadlineEnded, DeadlineMissed, DeadlineSet, DeadlineWarned
from contracts.envelope import Fact, FactBody
from contracts.vocabulary import Answered, Level
from services.sla.clocks.rules.episode import Basis, Setting, judge, reach
from services.sla.clocks.rules.lead import Clocks, hear, unheard_of
from services.sla.clocks.rules.setting import setting_of
from tests.facts import fact
from tests.sla.builders import MONDAY, LeadLife, a_calendar, a_policy, a_site, a_study

KNOWN = {body.key(): (1, body) for body in (a_study(), a_site(), a_policy(), a_calendar())}
NOTHING = Setting(Basis())
MINUTE = timedelta(minutes=1)
LEAD = LeadLife(UUID("019c0000-0000-7000-8000-000000000001"))
OTHER = UUID("019c0000-0000-7000-8000-000000000002")


def live(*told: tuple[datetime, FactBody], setting: Setting | None = None) -> tuple[Clocks, list[Any]]:
    """A lead after these facts, and all that was said on the way."""
    judged = setting or setting_of(KNOWN, "alder", "eastmere")
    clocks, said = None, []
    for version, (at, body) in enumerate(told, start=1):
        heard: Fact[Any] = fact(body, version=version, at=at)
        clocks, more = hear(clocks or unheard_of(heard), heard, lambda *_: judged)
        said += more
    assert clocks is not None
    return clocks, said


def kinds(said: Sequence[FactBody]) -> list[type[FactBody]]:
    return [type(body) for body in said]


def test_an_opened_lead_gets_its_deadlines_from_the_time_it_was_received() -> None:
    clocks, said = live((MONDAY + 9 * MINUTE, LEAD.opened(MONDAY)))
    [deadline] = said
    assert (deadline.target_at, deadline.warn_at, deadline.breach_at) == tuple(
        MONDAY + timedelta(hours=hours) for hours in (1, 3, 4)
    )
    assert clocks.running is not None
    assert clocks.running.next_due == MONDAY + timedelta(hours=3)


@pytest.mark.parametrize(
    ("answer", "by"),
    [
        (LEAD.attempted(), Answered.ATTEMPT),
        (LEAD.closed(), Answered.CLOSED),
        (LEAD.duplicate(OTHER), Answered.DUPLICATE),
    ],
    ids=["the first attempt", "a close", "a confirmed duplicate"],
)
def test_it_is_answered_by(answer: FactBody, by: Answered) -> None:
    clocks, said = live((MONDAY, LEAD.opened()), (MONDAY + 30 * MINUTE, answer))
    assert kinds(said) == [DeadlineSet, DeadlineEnded]
    assert (said[1].by, said[1].business_seconds, said[1].within_target) == (by, 1800, True)
    assert clocks.running is None
    assert clocks.episodes[0].state == "ended"


def test_only_the_first_answer_counts() -> None:
    _, said = live((MONDAY, LEAD.opened()), (MONDAY + MINUTE, LEAD.attempted()), (MONDAY + 2 * MINUTE, LEAD.closed()))
    assert kinds(said) == [DeadlineSet, DeadlineEnded]


def test_an_answer_the_next_morning_counts_open_time_only() -> None:
    """Received Monday 09:00, answered Tuesday 09:30: eight hours and a half."""
    _, said = live((MONDAY, LEAD.opened()), (MONDAY + timedelta(days=1, minutes=30), LEAD.attempted()))
    assert (said[1].business_seconds, said[1].within_target) == (8 * 3600 + 1800, False)


def test_an_answer_timed_before_the_start_by_another_clock_took_no_time() -> None:
    clocks, said = live((MONDAY, LEAD.opened(MONDAY)), (MONDAY - MINUTE, LEAD.attempted()))
    assert (said[1].business_seconds, clocks.episodes[0].stopped_at) == (0, MONDAY)


def test_owners_come_and_go_without_touching_the_clock() -> None:
    clocks, said = live((MONDAY, LEAD.opened()), (MONDAY, LEAD.owned("ines")))
    assert clocks.lead.owner == "ines"
    clocks, more = live((MONDAY, LEAD.opened()), (MONDAY, LEAD.owned("ines")), (MONDAY, LEAD.waiting()))
    assert clocks.lead.owner is None
    assert kinds(said) == kinds(more) == [DeadlineSet]


def test_a_duplicate_that_is_undone_begins_a_second_episode_then() -> None:
    later = MONDAY + timedelta(hours=2)
    clocks, said = live(
        (MONDAY, LEAD.opened()), (MONDAY + MINUTE, LEAD.duplicate(OTHER)), (later, LEAD.duplicate(None))
    )
    assert kinds(said) == [DeadlineSet, DeadlineEnded, DeadlineSet]
    assert (said[2].episode, said[2].target_at) == (2, later + timedelta(hours=1))
    assert clocks.running is not None


@pytest.mark.parametrize("before", [LEAD.attempted(), LEAD.closed()], ids=["attempted", "closed"])
def test_undoing_a_duplicate_that_was_answered_otherwise_begins_nothing(before: FactBody) -> None:
    told = [LEAD.opened(), before, LEAD.duplicate(OTHER), LEAD.duplicate(None)]
    clocks, said = live(*((MONDAY, body) for body in told))
    assert clocks.running is None
    assert kinds(said) == [DeadlineSet, DeadlineEnded]


def test_without_a_network_it_waits_unarmed_and_is_armed_later() -> None:
    clocks, said = live((MONDAY, LEAD.opened()), setting=NOTHING)
    assert said == []
    assert clocks.running is not None
    assert (clocks.running.state, clocks.running.next_due) == ("unarmed", None)
    episode, said = judge(clocks.running, setting_of(KNOWN, "alder", "eastmere"))
    assert kinds(said) == [DeadlineSet]
    assert episode.state == "running"


def test_one_answered_before_it_could_be_armed_is_measured_when_the_network_comes() -> None:
    clocks, said = live((MONDAY, LEAD.opened()), (MONDAY + 20 * MINUTE, LEAD.attempted()), setting=NOTHING)
    assert said == []
    episode, said = judge(clocks.episodes[0], setting_of(KNOWN, "alder", "eastmere"))
    assert kinds(said) == [DeadlineSet, DeadlineEnded]
    assert (episode.state, episode.business_seconds) == ("ended", 1200)


@pytest.mark.parametrize("missing", sorted(KNOWN))
def test_any_missing_item_leaves_it_unarmed(missing: str) -> None:
    known = {key: item for key, item in KNOWN.items() if key != missing}
    clocks, said = live((MONDAY, LEAD.opened()), setting=setting_of(known, "alder", "eastmere"))
    assert said == []
    assert clocks.episodes[0].state == "unarmed"


def test_a_changed_policy_moves_the_deadlines_of_what_runs_and_leaves_what_was_measured() -> None:
    changed = {**KNOWN, "policy/typical": (2, a_policy(breach=7200, warn=3600))}
    running = live((MONDAY, LEAD.opened()))[0].episodes[0]
    ended = live((MONDAY, LEAD.opened()), (MONDAY + MINUTE, LEAD.attempted()))[0].episodes[0]
    moved, said = judge(running, setting_of(changed, "alder", "eastmere"))
    assert (said[0].warn_at, moved.basis.policy_version) == (MONDAY + timedelta(hours=1), 2)  # type: ignore[union-attr]
    assert judge(ended, setting_of(changed, "alder", "eastmere")) == (ended, [])


def test_the_same_network_again_says_nothing() -> None:
    running = live((MONDAY, LEAD.opened()))[0].episodes[0]
    assert judge(running, setting_of(KNOWN, "alder", "eastmere")) == (running, [])


def test_it_warns_then_misses_and_then_has_nothing_more_to_say() -> None:
    episode = live((MONDAY, LEAD.opened()))[0].episodes[0]
    early = reach(episode, at=MONDAY + timedelta(hours=2, minutes=59))
    assert early == (episode, [])
    warned, said = reach(episode, at=MONDAY + timedelta(hours=3))
    assert (warned.level, kinds(said)) == (Level.WARNING, [DeadlineWarned])
    assert warned.next_due == MONDAY + timedelta(hours=4)
    missed, said = reach(warned, at=MONDAY + timedelta(hours=4))
    assert (missed.level, kinds(said), missed.next_due) == (Level.BREACH, [DeadlineMissed], None)


def test_a_lead_whose_opening_was_never_heard_has_no_clock() -> None:
    clocks, said = live((MONDAY, LEAD.owned()), (MONDAY, LEAD.attempted()))
    assert (clocks.episodes, said, clocks.lead.version) == ((), [], 2)


def test_a_zone_this_release_does_not_know_arms_nothing() -> None:
    known = {**KNOWN, "site/eastmere": (1, a_site(zone="Mars/Olympus"))}
    assert setting_of(known, "alder", "eastmere").calendar is None


def test_times_are_utc() -> None:
    assert live((MONDAY, LEAD.opened()))[1][0].warn_at.tzinfo is UTC
