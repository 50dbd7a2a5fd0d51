"""Timers become alerts, on real PostgreSQL: for the right person, never for an answered lead, none forgotten."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from contracts.alerts.facts import AlertRaised, AlertResolved, DeadlineMissed, DeadlineWarned
from contracts.streams import PARTITIONS
from contracts.vocabulary import Answered, Level, StaffRole
from services.chassis.database import Database
from services.chassis.telemetry import metrics
from services.chassis.timers import Ledger, conservation
from services.chassis.timers.allowance import Counted
from services.sla.alerts.storage.alerts import open_alerts
from tests.sla.builders import LeadLife, a_colleague, the_network
from tests.sla.desk import Desk

HOUR = timedelta(hours=1)


async def a_stale_lead(desk: Desk, hours: float = 3.5, owner: str | None = "ines", is_test: bool = False) -> LeadLife:
    """Received so long ago, at a site that is always open: warned after 3 h, missed after 4 h."""
    lead, now = LeadLife(), await desk.now()
    told = [lead.opened(now - hours * HOUR), *([lead.owned(owner)] if owner else [])]
    await desk.hear(*told, at=now - hours * HOUR, is_test=is_test)
    return lead


async def recipients(desk: Desk) -> list[tuple[str, Level]]:
    return [(alert.staff, alert.level) for alert in await desk.said(AlertRaised)]


async def test_the_owner_of_that_moment_is_told(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.hear(lead.owned("otto", "ines"))
    await desk.tick()
    assert await recipients(desk) == [("otto", Level.WARNING)]
    [raised] = await desk.said(AlertRaised)
    assert (raised.as_of, raised.unconfirmed) == (3, False)


async def test_without_an_owner_the_site_lead_is_told_and_an_owner_who_comes_takes_over(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk, owner=None)
    await desk.tick()
    await desk.hear(lead.owned("ines"))
    assert await recipients(desk) == [("leda", Level.WARNING), ("ines", Level.WARNING)]
    [resolved] = await desk.said(AlertResolved)
    assert (resolved.staff, resolved.by) == ("leda", Answered.OWNER_CHANGED)
    assert await desk.breaches() == []


async def test_the_site_lead_stands_in_before_the_network_manager(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True), a_colleague("abel", role=StaffRole.NETWORK_MANAGER))
    await a_stale_lead(desk, owner=None)
    await desk.tick()
    assert await recipients(desk) == [("leda", Level.WARNING)]


async def test_a_level_nobody_was_accountable_for_is_told_when_somebody_comes(desk: Desk) -> None:
    nobody = [body for body in the_network(always_open=True) if body.key() != "staff/leda"]
    await desk.hear(*nobody)
    await a_stale_lead(desk, owner=None)
    await desk.tick()
    assert len(await desk.said(DeadlineWarned)) == 1
    assert await recipients(desk) == []
    await desk.hear(a_colleague("abel", role=StaffRole.NETWORK_MANAGER))
    assert await recipients(desk) == [("abel", Level.WARNING)]
    assert await desk.breaches() == []


async def test_an_owner_who_gets_a_lead_back_is_told_once_by_mail(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.tick()
    await desk.send()
    await desk.hear(lead.owned("otto", "ines"))
    await desk.hear(lead.owned("ines", "otto"))
    assert [staff for staff, _ in await recipients(desk)] == ["ines", "otto", "ines"]
    states = await desk.rows("select staff, state from notice order by staff")
    assert states == [{"staff": "ines", "state": "delivered"}, {"staff": "otto", "state": "withdrawn"}]
    assert await desk.breaches() == []


async def test_an_owner_who_gets_a_lead_back_before_the_mail_went_is_told_after_all(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.tick()
    await desk.hear(lead.owned("otto", "ines"))
    await desk.hear(lead.owned("ines", "otto"))
    await desk.send()
    states = await desk.rows("select staff, state from notice order by staff")
    assert states == [{"staff": "ines", "state": "delivered"}, {"staff": "otto", "state": "withdrawn"}]


async def test_a_duplicate_that_is_undone_is_warned_again_in_its_second_episode(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.tick()
    undone = (await desk.now()) - 3.5 * HOUR
    await desk.hear(lead.duplicate(LeadLife().id), lead.duplicate(None), at=undone)
    await desk.tick()
    assert [(alert.episode, alert.level) for alert in await desk.said(AlertRaised)] == [
        (1, Level.WARNING),
        (2, Level.WARNING),
    ]
    assert await desk.breaches() == []


async def test_answered_leads_are_never_told_of(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    for answer in ("attempted", "closed"):
        lead = await a_stale_lead(desk, hours=5)
        await desk.hear(getattr(lead, answer)())
    lead = await a_stale_lead(desk, hours=5)
    await desk.hear(lead.duplicate(LeadLife().id))
    assert await desk.tick() == 0
    assert await recipients(desk) == []
    assert await desk.do(conservation) == Ledger(created=3, cancelled=3)


async def test_a_timer_waits_until_everything_before_its_time_was_heard(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    await a_stale_lead(desk)
    behind = Counted((await desk.now()) - HOUR, None)
    assert await desk.tick(dict.fromkeys(range(PARTITIONS), behind)) == 0
    assert await desk.tick() == 1


async def test_unheard_routing_gives_an_unconfirmed_alert_that_a_late_answer_withdraws(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    still = Counted((await desk.now()) - HOUR, datetime.now(UTC) - timedelta(minutes=3))
    assert await desk.tick(dict.fromkeys(range(PARTITIONS), still)) == 1
    [raised] = await desk.said(AlertRaised)
    assert raised.unconfirmed
    await desk.hear(lead.attempted(), at=(await desk.now()) - 2 * HOUR)
    [resolved] = await desk.said(AlertResolved)
    assert (resolved.alert, resolved.by) == (raised.alert, Answered.ATTEMPT)
    assert await desk.rows("select state from notice") == [{"state": "withdrawn"}]
    assert await desk.breaches() == []


async def test_test_leads_are_told_of_and_marked(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    await a_stale_lead(desk, is_test=True)
    await desk.tick()
    assert await desk.rows("select is_test from alert") == [{"is_test": True}]
    assert {head["is_test"] for head in await desk.heads()} == {True}


async def test_500_due_leads_take_as_many_statements_as_10(desk: Desk) -> None:
    await desk.hear(*the_network(always_open=True))
    counted, now = [], await desk.now()
    for size in (10, 500):
        leads = [LeadLife() for _ in range(size)]
        await desk.hear(*(body for lead in leads for body in (lead.opened(now - 3.5 * HOUR), lead.owned("ines"))))
        before = metrics.STATEMENTS.value(service="sla")
        assert await desk.tick() == size
        counted.append(metrics.STATEMENTS.value(service="sla") - before)
    assert counted[0] == counted[1] <= 30
    assert len(await desk.said(AlertRaised)) == 510
    assert await desk.breaches() == []


async def test_a_reader_and_a_ticker_at_the_same_time_lose_and_double_nothing(
    desk: Desk, database_of: Callable[[str], Database]
) -> None:
    """Answers arrive while the timers of the same leads fire: each lead ends answered, no alert is left open."""
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    leads = [LeadLife() for _ in range(200)]
    await desk.hear(*(body for lead in leads for body in (lead.opened(now - 5 * HOUR), lead.owned("ines"))))
    other = Desk(database_of("sla"), desk.service, desk.versions)

    async def answer() -> None:
        for start in range(0, 200, 20):
            await other.hear(*(lead.attempted() for lead in leads[start : start + 20]), at=now)

    await asyncio.gather(answer(), desk.tick(), desk.tick())
    await desk.tick()
    assert await desk.breaches() == []
    assert await desk.do(lambda work: open_alerts(work, [lead.id for lead in leads])) == {}
    raised, resolved = await desk.said(AlertRaised), await desk.said(AlertResolved)
    assert sorted(alert.alert for alert in raised) == sorted(alert.alert for alert in resolved)
    assert len({body.lead for body in await desk.said(DeadlineMissed)}) == len(await desk.said(DeadlineMissed))
