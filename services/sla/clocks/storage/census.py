"""What must hold for clocks and timers, asked of the tables themselves; parked leads are named elsewhere."""

from typing import Final

from services.chassis.service import Breach
from services.chassis.timers import conservation
from services.chassis.work import Work

_DUE: Final = """
select c.lead, case when c.level is null then c.warn_at else c.breach_at end as due
from clock c join lead l on l.id = c.lead
where c.clock = 'first_response' and c.state = 'running' and c.level is distinct from 'breach' and not l.parked
"""

_LAWS: Final = {
    "running_has_timer": f"""
select due.lead, 'its clock runs, and no timer waits for its next level' as says from ({_DUE}) as due
where not exists (select from timer t where t.subject = due.lead and t.kind = 'first_response' and t.due = due.due)""",  # noqa: S608 - two texts of this file
    "timer_has_clock": """
select t.subject as lead, 'a timer waits, and no clock of it runs' as says from timer t
where t.kind = 'first_response' and not exists (
  select from clock c where c.lead = t.subject and c.clock = t.kind and c.state = 'running')""",
    "answered_is_stopped": """
select c.lead, 'it was answered, and its clock still runs' as says from clock c join lead l on l.id = c.lead
where c.state = 'running' and (l.attempted or l.closed or l.duplicate) and not l.parked""",
    "waiting_has_clock": """
select l.id as lead, 'it waits for its first call, and no clock of it runs' as says from lead l
where l.received_at is not null and not (l.attempted or l.closed or l.duplicate)
  and not exists (select from clock c where c.lead = l.id and c.state <> 'ended')""",
    "known_is_armed": """
select c.lead, 'its clock has no deadline, and the network is known' as says from clock c
where c.state = 'unarmed' and 4 = (
  select count(*) from copy k where k.stream = 'network' and k.body is not null
    and k.key in ('study/' || c.study, 'site/' || c.site, 'policy/' || c.policy, 'calendar/' || c.calendar))""",
    "interval_matches": """
select c.lead, 'its interval log and its clock disagree' as says from clock c
left join clock_interval i on (i.lead, i.clock, i.episode) = (c.lead, c.clock, c.episode)
where i.lead is null or (c.state = 'running') <> (i.stopped_at is null) and c.state <> 'unarmed'""",
}


async def breaches(work: Work) -> list[Breach]:
    """Every law of clocks and timers that does not hold, and for which lead."""
    found: list[Breach] = []
    ledger = await conservation(work)
    if ledger.gap:
        found.append(Breach("timers_add_up", "timers", f"created - fired - cancelled - pending = {ledger.gap}"))
    for law, sql in _LAWS.items():
        rows = await work.fetch(f"{sql} limit 100")
        found += [Breach(law, str(row["lead"]), row["says"]) for row in rows]
    return found
