"""One lead's way through sla: armed, warned, told by mail, acknowledged, answered."""

from collections.abc import Mapping
from datetime import timedelta

from contracts.alerts.facts import (
    AlertAcknowledged,
    AlertDelivered,
    AlertRaised,
    AlertResolved,
    DeadlineEnded,
    DeadlineMissed,
    DeadlineSet,
    DeadlineWarned,
)
from contracts.vocabulary import Answered, Level
from services.chassis.consume.heard_rows import hears
from services.chassis.timers.allowance import Counted
from tests.heard import set_heard
from tests.sla.builders import LeadLife, the_network
from tests.sla.conftest import ORIGIN, Asking
from tests.sla.desk import Desk
from tests.sla.mailbox import Mailbox


async def test_a_stale_lead_is_warned_told_acknowledged_missed_and_answered(
    desk: Desk, mailbox: Mailbox, asking: Asking
) -> None:
    lead, now = LeadLife(), await desk.now()
    await desk.hear(*the_network(always_open=True))
    await desk.hear(lead.opened(now - timedelta(hours=3, minutes=1)), lead.owned("ines"))
    assert await desk.tick() == 1
    assert await desk.send() == 1
    [letter] = mailbox.letters
    assert letter["to"] == "ines@sites.example"
    assert letter["subject"] == "AL-204: a lead is waiting for a first call"
    link = next(line for line in letter.get_content().splitlines() if "/sla/a/" in line)
    answer = await asking(None).post(link.removeprefix(ORIGIN))
    assert answer.status_code == 303
    await desk.hear(lead.attempted(), at=now)
    kinds = [type(body) for body in await desk.said()]
    assert kinds == [
        DeadlineSet,
        DeadlineWarned,
        AlertRaised,
        AlertDelivered,
        AlertAcknowledged,
        DeadlineEnded,
        AlertResolved,
    ]
    assert await desk.breaches() == []


async def test_no_alert_for_a_lead_whose_answer_is_committed_but_refused_by_kafka(desk: Desk, mailbox: Mailbox) -> None:
    """P9: routing's relay holds the answer, so its watermark passes the due time but for this lead."""
    answered, stale, now = LeadLife(), LeadLife(), await desk.now()
    await desk.hear(*the_network(always_open=True))
    for lead in (answered, stale):
        await desk.hear(lead.opened(now - timedelta(hours=5)), lead.owned("ines"))
    await set_heard(desk.database, "leads", now, held=[str(answered.id)])
    assert await desk.tick(await heard(desk)) == 2
    raised = await desk.said(AlertRaised)
    assert {(alert.lead, alert.unconfirmed) for alert in raised} == {(str(stale.id), False)}
    assert await desk.rows("select held_at from timer") == [{"held_at": None}]
    await desk.hear(answered.attempted(), at=now - timedelta(hours=4))
    await set_heard(desk.database, "leads", now)
    assert await desk.tick(await heard(desk)) == 0
    await desk.send()
    assert {alert.lead for alert in await desk.said(AlertRaised)} == {str(stale.id)}
    assert len(mailbox.letters) == 2
    assert await desk.breaches() == []


async def heard(desk: Desk) -> Mapping[int, Counted]:
    async with desk.database.work("system:test") as work:
        return await hears(work, "leads")


async def test_both_levels_are_reached_when_time_has_passed_both(desk: Desk, mailbox: Mailbox) -> None:
    lead, now = LeadLife(), await desk.now()
    await desk.hear(*the_network(always_open=True))
    await desk.hear(lead.opened(now - timedelta(hours=5)), lead.owned("ines"))
    assert await desk.tick() == 2
    assert [alert.level for alert in await desk.said(AlertRaised)] == [Level.WARNING, Level.BREACH]
    assert len(await desk.said(DeadlineMissed)) == 1
    await desk.send()
    assert sorted(letter["subject"] for letter in mailbox.letters) == [
        "AL-204: a lead is waiting for a first call",
        "AL-204: the first call to a lead is late",
    ]
    await desk.hear(lead.closed(), at=now)
    assert {alert.by for alert in await desk.said(AlertResolved)} == {Answered.CLOSED}
    assert await desk.breaches() == []
