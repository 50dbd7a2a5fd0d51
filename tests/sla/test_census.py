"""Every law of the census holds in normal running, and finds what is planted against it."""

import pytest

from tests.sla.alerts.test_ticker import a_stale_lead
from tests.sla.builders import LeadLife, the_network
from tests.sla.desk import Desk

PLANTED = [
    ("timers_add_up", "delete from timer where subject = $1"),
    ("running_has_timer", "update timer set due = due + interval '1 hour' where subject = $1"),
    ("timer_has_clock", "update clock set state = 'ended' where lead = $1"),
    ("answered_is_stopped", "update lead set attempted = true where id = $1"),
    ("waiting_has_clock", "delete from clock where lead = $1"),
    ("known_is_armed", "update clock set state = 'unarmed' where lead = $1"),
    ("interval_matches", "update clock_interval set stopped_at = started_at where lead = $1"),
    ("alerts_add_up", "delete from notice where lead = $1"),
    ("alert_has_intent", "delete from notice where lead = $1"),
    ("intent_has_alert", "delete from alert where lead = $1"),
    ("over_is_withdrawn", "update alert set resolved_at = raised_at, resolved_by = 'attempt' where lead = $1"),
    ("open_is_sent", "update notice set state = 'withdrawn' where lead = $1"),
    ("open_has_running_clock", "update clock set state = 'ended' where lead = $1"),
    ("level_has_alert", "update lead set owner = 'otto' where id = $1"),
]


@pytest.mark.parametrize(("law", "damage"), PLANTED, ids=[law for law, _ in PLANTED])
async def test_a_planted_breach_is_found_and_names_its_key(desk: Desk, law: str, damage: str) -> None:
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    await desk.hear(*(LeadLife().opened(now) for _ in range(3)))
    hurt = await a_stale_lead(desk)
    await desk.tick()
    assert await desk.breaches() == []
    keys = {str(row["id"]) for row in await desk.rows("select id from alert")}
    await desk.rows(f"{damage} returning 1", hurt.id)
    found = {breach.law: breach for breach in await desk.breaches()}
    assert law in found
    assert found[law].key in keys | {str(hurt.id), "timers", "alerts"}
