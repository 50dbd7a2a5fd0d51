"""Alerts by mail, on real PostgreSQL and a real mail server: what arrives, what is tried again, what is withdrawn."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from contracts.alerts.facts import AlertDelivered, AlertFailed, AlertResolved
from contracts.vocabulary import SendFailure
from services.chassis.database import Database
from services.chassis.sender import Sender
from services.chassis.settings import Settings
from tests.sla.alerts.test_ticker import HOUR, a_stale_lead
from tests.sla.builders import LeadLife, a_colleague, the_network
from tests.sla.desk import Desk
from tests.sla.mailbox import Mailbox

DUE_NOW = "update notice set next_try_at = clock_timestamp(), claimed_until = null where state = 'pending' returning 1"


async def an_alert(desk: Desk, **how: object) -> LeadLife:
    """One warned lead of Ines, at a site that is always open."""
    await desk.hear(*the_network(always_open=True))
    lead = await a_stale_lead(desk, **how)  # type: ignore[arg-type]
    await desk.tick()
    return lead


async def states(desk: Desk) -> list[str]:
    return [row["state"] for row in await desk.rows("select state from notice order by staff")]


async def test_the_letter_says_what_a_coordinator_needs_and_no_more(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    await desk.send()
    [text] = mailbox.texts()
    assert "A lead of study AL-204 at Eastmere is waiting for its first call." in text
    assert "Waiting since:" in text
    assert "First call due:" in text
    assert f"http://baton.example/desk/v1/leads/{lead.id}" in text
    assert "http://baton.example/sla/a/1-" in text
    for never in ("tremor", "openhand", "Ines", "unconfirmed", "test referral"):
        assert never not in text
    [delivered] = await desk.said(AlertDelivered)
    assert (delivered.staff, delivered.channel) == ("ines", "mail")


@pytest.mark.parametrize(
    ("how", "subject", "says"),
    [
        ({"is_test": True}, "Test, AL-204: a lead is waiting for a first call", "This is a test referral."),
        ({"owner": None}, "AL-204: a lead is waiting for a first call", "Nobody owns this lead yet"),
    ],
)
async def test_the_letter_says_what_is_special(
    desk: Desk, mailbox: Mailbox, how: dict[str, object], subject: str, says: str
) -> None:
    await an_alert(desk, **how)
    await desk.send()
    assert mailbox.letters[0]["subject"] == subject
    assert says in mailbox.texts()[0]


async def test_an_unconfirmed_alert_says_so(desk: Desk, mailbox: Mailbox) -> None:
    await an_alert(desk)
    await desk.rows("update alert set unconfirmed = true returning 1")
    await desk.send()
    assert "Unconfirmed: Baton could not hear" in mailbox.texts()[0]


async def test_a_busy_server_is_tried_again_with_the_same_id_and_link(desk: Desk, mailbox: Mailbox) -> None:
    await an_alert(desk)
    mailbox.at_data = lambda: "451 later"
    await desk.send()
    assert (await desk.send(), await states(desk)) == (0, ["pending"])
    mailbox.at_data = lambda: "250 OK"
    link = await desk.rows("select link from alert")
    await desk.rows(DUE_NOW)
    await desk.send()
    assert await desk.rows("select link from alert") == link
    assert await states(desk) == ["delivered"]
    assert mailbox.letters[0]["message-id"].endswith(".ines@baton.example>")
    assert await desk.breaches() == []


async def test_a_refused_address_fails_at_once_and_says_so(
    desk: Desk, mailbox: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    await an_alert(desk)
    mailbox.answer = lambda _: "550 no such user"
    await desk.send()
    assert "an alert did not reach its recipient" in caplog.text
    assert "@" not in caplog.text
    [failed] = await desk.said(AlertFailed)
    assert (failed.staff, failed.failure) == ("ines", SendFailure.REFUSED)
    assert (await states(desk), await desk.send()) == (["failed"], 0)
    assert await desk.breaches() == []


async def test_without_an_address_it_fails_at_once(desk: Desk, mailbox: Mailbox) -> None:
    await desk.hear(*the_network(always_open=True), a_colleague("ines", email=None))
    await a_stale_lead(desk)
    await desk.tick()
    await desk.send()
    assert [failed.failure for failed in await desk.said(AlertFailed)] == [SendFailure.NO_ADDRESS]
    assert mailbox.letters == []


async def test_a_colleague_nobody_heard_of_yet_is_told_once_heard_of(desk: Desk, mailbox: Mailbox) -> None:
    await desk.hear(*the_network(always_open=True))
    await a_stale_lead(desk, owner="nell")
    await desk.tick()
    await desk.send()
    assert (await states(desk), mailbox.letters) == (["pending"], [])
    await desk.hear(a_colleague("nell"))
    await desk.rows(DUE_NOW)
    await desk.send()
    assert mailbox.letters[0]["to"] == "nell@sites.example"


async def test_after_the_tenth_try_it_is_given_up(desk: Desk, mailbox: Mailbox) -> None:
    await an_alert(desk)
    mailbox.at_data = lambda: "451 later"
    for _ in range(10):
        assert await desk.said(AlertFailed) == []
        await desk.rows(DUE_NOW)
        await desk.send()
    assert [failed.failure for failed in await desk.said(AlertFailed)] == [SendFailure.GAVE_UP]


async def test_what_is_answered_before_the_claim_is_never_sent(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    await desk.hear(lead.attempted())
    assert (await desk.send(), mailbox.letters, await states(desk)) == (0, [], ["withdrawn"])


async def test_a_lead_that_is_parked_between_the_claim_and_the_send_is_told_to_nobody_yet(
    desk: Desk, mailbox: Mailbox
) -> None:
    lead = await an_alert(desk)
    sends = desk.service.sends[0]
    [errand] = await desk.do(lambda work: sends.claim(work, 50))
    await desk.park(lead.id)
    sent = await sends.send(errand)
    assert (sent.code, mailbox.letters, await states(desk)) == ("withdrawn", [], ["pending"])


async def test_what_is_answered_between_the_claim_and_the_send_is_not_sent(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    sends = desk.service.sends[0]
    [errand] = await desk.do(lambda work: sends.claim(work, 50))
    await desk.hear(lead.attempted())
    sent = await sends.send(errand)
    await desk.do(lambda work: sends.mark(work, [(errand, sent)]))
    assert (sent.code, mailbox.letters, await states(desk)) == ("withdrawn", [], ["withdrawn"])
    assert await desk.said(AlertDelivered) == []
    assert await desk.breaches() == []


async def test_what_went_out_while_it_was_answered_counts_as_delivered(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    sends = desk.service.sends[0]
    [errand] = await desk.do(lambda work: sends.claim(work, 50))
    sent = await sends.send(errand)
    await desk.hear(lead.attempted())
    await desk.do(lambda work: sends.mark(work, [(errand, sent)]))
    assert [type(body) for body in await desk.said(AlertDelivered, AlertResolved)] == [AlertResolved, AlertDelivered]
    assert await states(desk) == ["delivered"]
    assert await desk.breaches() == []


async def test_a_sender_that_died_after_the_claim_is_followed_by_another(desk: Desk, mailbox: Mailbox) -> None:
    await an_alert(desk)
    sends = desk.service.sends[0]
    await desk.do(lambda work: sends.claim(work, 50))
    assert await desk.send() == 0
    await desk.rows("update notice set claimed_until = clock_timestamp() - interval '1 second' returning 1")
    assert (await desk.send(), len(mailbox.letters)) == (1, 1)


async def test_marking_twice_says_delivered_once(desk: Desk) -> None:
    await an_alert(desk)
    sends = desk.service.sends[0]
    [errand] = await desk.do(lambda work: sends.claim(work, 50))
    sent = await sends.send(errand)
    for _ in range(2):
        await desk.do(lambda work: sends.mark(work, [(errand, sent)]))
    assert len(await desk.said(AlertDelivered)) == 1


async def test_nobody_is_told_of_a_parked_lead_until_it_is_healed(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    await desk.park(lead.id)
    assert (await desk.send(), mailbox.letters) == (0, [])
    await desk.heal(lead.id)
    assert await desk.send() == 1


async def test_a_parked_close_withdraws_what_was_not_sent(desk: Desk, mailbox: Mailbox) -> None:
    lead = await an_alert(desk)
    [closed] = desk.facts_of(lead.closed())
    await desk.stop(closed)
    await desk.park(lead.id)
    assert await states(desk) == ["withdrawn"]
    assert await desk.said(AlertResolved) == []
    await desk.deliver([closed])
    await desk.heal(lead.id)
    assert len(await desk.said(AlertResolved)) == 1
    assert (await desk.send(), mailbox.letters, await desk.breaches()) == (0, [], [])


async def test_two_senders_share_the_letters(
    desk: Desk, mailbox: Mailbox, database_of: Callable[[str], Database]
) -> None:
    await desk.hear(*the_network(always_open=True))
    now = await desk.now()
    leads = [LeadLife() for _ in range(60)]
    await desk.hear(*(body for lead in leads for body in (lead.opened(now - 3.5 * HOUR), lead.owned("ines"))))
    await desk.tick()
    stop, other = asyncio.Event(), Sender(database_of("sla"), desk.service.sends[0])
    await asyncio.gather(desk.send(), other.round(stop))
    await asyncio.gather(desk.send(), other.round(stop))
    ids = [letter["message-id"] for letter in mailbox.letters]
    assert len(ids) == len(set(ids)) == 60
    assert await desk.breaches() == []


async def test_times_are_those_of_the_site(desk: Desk, mailbox: Mailbox, settings: Settings) -> None:
    await an_alert(desk)
    since = (await desk.rows("select started_at from clock_interval"))[0]["started_at"]
    await desk.send()
    local = since.astimezone(ZoneInfo("America/New_York"))
    assert f"Waiting since: {local:%a} {local.day} {local:%b %Y, %H:%M %Z}" in mailbox.texts()[0]
    due = local + timedelta(hours=4)
    assert f"{due:%H:%M}" in mailbox.texts()[0]
