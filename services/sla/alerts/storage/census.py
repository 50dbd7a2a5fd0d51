"""What must hold for alerts: none lost, none for an answered lead, each one raised is accounted for."""

from typing import Final

from services.chassis.service import Breach
from services.chassis.work import Work

_LAWS: Final = {
    "alert_has_intent": """
select a.id::text as key, 'it was raised, and nobody is to be told' as says from alert a
where not exists (select from notice n where n.alert = a.id and n.staff = a.staff)""",
    "intent_has_alert": """
select n.alert::text as key, 'somebody is told of an alert that was never raised' as says from notice n
where not exists (select from alert a where a.id = n.alert and a.staff = n.staff)""",
    "over_is_withdrawn": """
select a.id::text as key, 'it is over, and somebody is still to be told' as says
from alert a join notice n on n.alert = a.id and n.staff = a.staff
where a.resolved_at is not null and n.state = 'pending'""",
    "open_is_sent": """
select a.id::text as key, 'it is open, and its telling was withdrawn' as says
from alert a join notice n on n.alert = a.id and n.staff = a.staff join lead l on l.id = a.lead
where a.resolved_at is null and n.state = 'withdrawn' and not l.parked""",
    "open_has_running_clock": """
select a.id::text as key, 'it is open, and its clock does not run' as says from alert a
where a.resolved_at is null and not exists (
  select from clock c where (c.lead, c.clock, c.episode) = (a.lead, a.clock, a.episode) and c.state = 'running')""",
    "level_has_alert": """
select c.lead::text as key, 'it reached a level, its owner is known, and nobody was told' as says
from clock c join lead l on l.id = c.lead
where c.state = 'running' and c.level is not null and l.owner is not null and not l.parked and not exists (
  select from alert a where (a.lead, a.clock, a.episode, a.level) = (c.lead, c.clock, c.episode, c.level)
    and a.staff = l.owner and a.resolved_at is null)""",
}

_COUNTS: Final = """
select (select count(*) from alert) as raised, count(*) filter (where state = 'delivered') as delivered,
  count(*) filter (where state = 'failed') as failed, count(*) filter (where state = 'pending') as pending,
  count(*) filter (where state = 'withdrawn') as withdrawn from notice
"""


async def breaches(work: Work) -> list[Breach]:
    """Every law of alerts that does not hold, and for which alert or lead."""
    found: list[Breach] = []
    counts = await work.one(_COUNTS)
    assert counts is not None
    settled = counts["delivered"] + counts["failed"] + counts["pending"] + counts["withdrawn"]
    if counts["raised"] != settled:
        found.append(Breach("alerts_add_up", "alerts", f"{counts['raised']} raised, {settled} accounted for"))
    for law, sql in _LAWS.items():
        rows = await work.fetch(f"{sql} limit 100")
        found += [Breach(law, row["key"], row["says"]) for row in rows]
    return found
