"""A clock's time has come: the next level, and one person who is told."""

from collections.abc import Sequence
from uuid import UUID

from services.chassis.timers import DueTimer
from services.chassis.work import Work
from services.sla.alerts.rules import Settled, settle
from services.sla.alerts.storage import alerts
from services.sla.clocks.rules.episode import reach
from services.sla.clocks.rules.lead import Clocks
from services.sla.clocks.storage import leads, timers
from services.sla.network.storage import stand_ins


async def fire(work: Work, due: Sequence[DueTimer]) -> None:
    """Warn, or say that it is missed, and raise the alert of that level; the timer of the next level follows."""
    unconfirmed = {timer.subject: timer.unconfirmed for timer in due}
    before = await leads.clocks_as_they_are(work, list(unconfirmed))
    known = await alerts.open_alerts(work, list(before))
    nobodys = {one.lead.site for one in before.values() if one.lead.owner is None}
    stands_in = await stand_ins(work, nobodys)
    after: dict[UUID, Clocks] = {}
    settled: list[Settled] = []
    for lead, clocks in before.items():
        running = clocks.running
        if running is None:
            continue
        episode, said = reach(running, at=work.at)
        after[lead] = clocks.with_last(episode)
        one = settle(
            after[lead],
            known.get(lead, []),
            stands_in.get(clocks.lead.site),
            at=work.at,
            unconfirmed=unconfirmed[lead],
        )
        work.emit([*said, *one.said()], is_test=clocks.lead.is_test)
        settled.append(one)
    await leads.save(work, before, after)
    await timers.set_anew(work, after.values())
    await alerts.save(work, settled)
