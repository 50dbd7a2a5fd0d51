"""The page behind an acknowledge link: reading changes nothing, the button says "seen", a wrong link says nothing."""

import asyncio

import pytest

from contracts.alerts.facts import AlertAcknowledged
from services.chassis.crypto.secrets import KeyRing
from tests.sla.alerts.test_ticker import a_stale_lead
from tests.sla.builders import LeadLife, the_network
from tests.sla.conftest import ORIGIN, Asking
from tests.sla.desk import Desk
from tests.sla.mailbox import Mailbox


async def a_link(desk: Desk, mailbox: Mailbox, hours: float = 3.5, is_test: bool = False) -> tuple[LeadLife, str]:
    """A lead of Ines whose alert was mailed, and the path of the link in that mail."""
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk, hours=hours, is_test=is_test)
    await desk.tick()
    await desk.send()
    [link] = [line for line in mailbox.texts()[-1].splitlines() if "/sla/a/" in line]
    return lead, link.removeprefix(ORIGIN)


async def test_opening_the_link_shows_the_alert_and_changes_nothing(
    desk: Desk, mailbox: Mailbox, asking: Asking
) -> None:
    _, link = await a_link(desk, mailbox)
    page, *_ = [await asking(None).get(link) for _ in range(3)]
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    for words in ("A lead is waiting for its first call", "AL-204 at Eastmere", "I have seen this", "due in"):
        assert words in page.text
    assert await desk.said(AlertAcknowledged) == []
    assert await desk.rows("select acknowledged_at from alert") == [{"acknowledged_at": None}]


async def test_the_button_says_seen_and_says_it_once(desk: Desk, mailbox: Mailbox, asking: Asking) -> None:
    _, link = await a_link(desk, mailbox)
    client = asking(None)
    answers = await asyncio.gather(*(client.post(link) for _ in range(3)))
    assert {(answer.status_code, answer.headers["location"]) for answer in answers} == {(303, link)}
    [said] = await desk.said(AlertAcknowledged)
    assert (said.staff, (await desk.heads())[-1]["actor"]) == ("ines", "staff:ines")
    page = await client.get(link)
    assert "Seen." in page.text
    assert "I have seen this" not in page.text


async def test_a_late_lead_is_called_late_without_blame(desk: Desk, mailbox: Mailbox, asking: Asking) -> None:
    _, link = await a_link(desk, mailbox, hours=4.5)
    page = (await asking(None).get(link)).text
    assert "late by 30 min" in page
    assert "You failed" not in page


async def test_a_test_lead_is_marked(desk: Desk, mailbox: Mailbox, asking: Asking) -> None:
    _, link = await a_link(desk, mailbox, is_test=True)
    assert "This is a test referral." in (await asking(None).get(link)).text


@pytest.mark.parametrize(
    ("end", "words"),
    [
        ("attempted", "An attempt was recorded."),
        ("closed", "The lead was closed."),
        ("owned", "Somebody else has this lead now"),
    ],
)
async def test_after_its_end_it_says_so_and_the_button_is_gone(
    desk: Desk, mailbox: Mailbox, asking: Asking, end: str, words: str
) -> None:
    lead, link = await a_link(desk, mailbox)
    await desk.hear(lead.owned("otto", "ines") if end == "owned" else getattr(lead, end)())
    page = await asking(None).get(link)
    assert words in page.text
    assert "I have seen this" not in page.text
    assert (await asking(None).post(link)).status_code == 303
    assert await desk.said(AlertAcknowledged) == []


async def test_a_wrong_link_leads_nowhere_whatever_is_wrong_with_it(
    desk: Desk, mailbox: Mailbox, asking: Asking
) -> None:
    _, link = await a_link(desk, mailbox)
    wrong = [link[:-1] + ("a" if link[-1] != "a" else "b"), link[:-1], "/sla/a/2-" + link[9:], "/sla/a/x", "/sla/a/1-é"]
    client = asking(None)
    answers = [await client.get(one) for one in wrong] + [await client.post(wrong[0])]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1
    assert "This link leads to no alert" in answers[0].text


async def test_the_database_alone_makes_no_link(desk: Desk, mailbox: Mailbox, keys: KeyRing) -> None:
    _, link = await a_link(desk, mailbox)
    token = link.rpartition("/")[2]
    stored = str(await desk.rows("select * from alert")) + str(await desk.rows("select * from notice"))
    assert token not in stored
    assert token[2:] not in stored


async def test_the_page_is_locked_down(desk: Desk, mailbox: Mailbox, asking: Asking) -> None:
    _, link = await a_link(desk, mailbox)
    headers = (await asking(None).get(link)).headers
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")


async def test_the_page_names_no_person_and_no_condition(desk: Desk, mailbox: Mailbox, asking: Asking) -> None:
    _, link = await a_link(desk, mailbox)
    page = (await asking(None).get(link)).text
    for never in ("tremor", "openhand", "northfield", "ines@", "alder"):
        assert never not in page
