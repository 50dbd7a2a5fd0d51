"""The alerts API: who sees what, who may say "seen", and that saying it twice is saying it once."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from contracts.alerts.facts import AlertAcknowledged
from tests.sla.alerts.test_ticker import HOUR, a_stale_lead
from tests.sla.builders import LeadLife, a_colleague, a_site, the_network
from tests.sla.conftest import Asking
from tests.sla.desk import Desk

ALERTS = "/sla/v1/alerts"


async def alerts_of(desk: Desk) -> list[str]:
    return [str(row["id"]) for row in await desk.rows("select id from alert order by raised_at, id")]


async def two_sites(desk: Desk) -> None:
    """Ines and Otto at Eastmere, Mara at Marlow Quay; a warned lead of each, Otto's missed as well."""
    quay = [a_site(site="marlow-quay", zone="Europe/London"), a_colleague("mara", ["marlow-quay"])]
    await desk.hear(*the_network(always_open=True), *quay)
    await a_stale_lead(desk)
    await a_stale_lead(desk, hours=4.5, owner="otto")
    lead, now = LeadLife(site="marlow-quay"), await desk.now()
    await desk.hear(lead.opened(now - 3.5 * HOUR), lead.owned("mara"))
    await desk.tick()


async def listed(asking: Asking, who: str) -> list[dict[str, Any]]:
    answer = await asking(who).get(ALERTS)
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["alerts"]
    return found


async def test_staff_see_the_alerts_of_their_sites_their_own_first(desk: Desk, asking: Asking) -> None:
    await two_sites(desk)
    assert [row["staff"] for row in await listed(asking, "staff:ines")] == ["ines", "otto", "otto"]
    assert [row["staff"] for row in await listed(asking, "staff:otto")] == ["otto", "otto", "ines"]
    assert [row["staff"] for row in await listed(asking, "staff:mara")] == ["mara"]


async def test_a_row_says_what_is_late_and_by_when(desk: Desk, asking: Asking) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk, is_test=True)
    await desk.tick()
    [row] = await listed(asking, "staff:ines")
    known = {name: row[name] for name in ("lead", "study", "code", "site", "clock", "level", "staff", "is_test")}
    assert known == {
        "lead": str(lead.id),
        "study": "alder",
        "code": "AL-204",
        "site": "eastmere",
        "clock": "first_response",
        "level": "warning",
        "staff": "ines",
        "is_test": True,
    }
    due = datetime.fromisoformat(row["due_at"])
    assert abs(due - (await desk.now()) - timedelta(minutes=30)) < timedelta(minutes=1)
    assert due.tzinfo == UTC or due.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 401),
        ("staff:nobody", 200),
        ("partner:openhand", 403),
        ("sponsor:northfield", 403),
        ("operator:root", 403),
    ],
)
async def test_nobody_else_sees_any(desk: Desk, asking: Asking, who: str | None, status: int) -> None:
    await two_sites(desk)
    answer = await asking(who).get(ALERTS)
    assert answer.status_code == status
    if status == 200:
        assert answer.json() == {"alerts": [], "more": False}


async def test_the_accountable_person_acknowledges_once(desk: Desk, asking: Asking) -> None:
    await desk.hear(*the_network(always_open=True))
    await a_stale_lead(desk)
    await desk.tick()
    [alert] = await alerts_of(desk)
    answers = [await asking("staff:ines").post(f"{ALERTS}/{alert}/acknowledge") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    [said] = await desk.said(AlertAcknowledged)
    assert (said.alert, said.staff) == (alert, "ines")
    assert (await desk.heads())[-1]["actor"] == "staff:ines"


async def test_a_colleague_cannot_acknowledge_for_her(desk: Desk, asking: Asking) -> None:
    await desk.hear(*the_network(always_open=True))
    await a_stale_lead(desk)
    await desk.tick()
    [alert] = await alerts_of(desk)
    answer = await asking("staff:otto").post(f"{ALERTS}/{alert}/acknowledge")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_accountable")
    assert await desk.said(AlertAcknowledged) == []


async def test_not_yours_and_not_there_are_the_same(desk: Desk, asking: Asking) -> None:
    await two_sites(desk)
    ids = [await alerts_of(desk), [str(uuid4()), "nonsense"]]
    mara = asking("staff:mara")
    theirs = {row["alert"] for row in await listed(asking, "staff:ines")}
    answers = [await mara.post(f"{ALERTS}/{one}/acknowledge") for one in [*theirs, *ids[1]]]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


async def test_an_alert_that_is_over_has_nothing_left_to_acknowledge(desk: Desk, asking: Asking) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.tick()
    [alert] = await alerts_of(desk)
    await desk.hear(lead.attempted())
    answer = await asking("staff:ines").post(f"{ALERTS}/{alert}/acknowledge")
    assert answer.json() == {"alert": alert, "acknowledged_at": None, "resolved": True}
    assert await desk.said(AlertAcknowledged) == []
    assert await listed(asking, "staff:ines") == []


async def test_after_a_change_of_owner_the_new_one_acknowledges(desk: Desk, asking: Asking) -> None:
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk)
    await desk.tick()
    await desk.hear(lead.owned("otto", "ines"))
    [row] = await listed(asking, "staff:otto")
    answers = [await asking(f"staff:{who}").post(f"{ALERTS}/{row['alert']}/acknowledge") for who in ("ines", "otto")]
    assert [answer.status_code for answer in answers] == [403, 200]
