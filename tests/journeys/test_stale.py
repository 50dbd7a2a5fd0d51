"""A lead nobody calls: warned, alerted, seen by a person, answered at last."""

import re
from email.message import EmailMessage
from html import unescape

from tests.journeys.world import World, wait_for

LINK = re.compile(r"http\S+/sla/a/\S+")


async def _mail_about(world: World, lead: str, subject: str) -> EmailMessage:
    """Wait for the mail about this lead with these words in its subject."""
    owner = await world.owned(lead)

    async def arrived() -> EmailMessage | None:
        mails = [mail for mail in world.mails(f"{owner}@lowmoor.example") if lead in mail.get_content()]
        return next((mail for mail in mails if subject in mail["subject"]), None)

    return await wait_for(arrived)


async def test_a_stale_lead_is_warned_alerted_seen_by_link_and_resolved_by_the_call(world: World) -> None:
    lead = await world.post("hazel-lowmoor")
    owner = await world.owned(lead)
    await _mail_about(world, lead, "waiting")
    mail = await _mail_about(world, lead, "late")
    assert mail["subject"].startswith("HA-202")
    assert "sleep" not in str(mail), "a mail says a study's code, never its condition"
    [link] = LINK.findall(mail.get_content())
    path = link.removeprefix(world.http)

    page = await world.ask(None, "GET", path)
    assert (page.status_code, "HA-202" in unescape(page.text)) == (200, True)
    assert (await world.lead(lead))["alert"]["acknowledged"] is False, "a mail scanner opens links, and changes nothing"
    for _ in range(2):
        assert (await world.ask(None, "POST", path)).status_code == 303
    await world.heard("alerts", lead, "AlertAcknowledged")
    await world.attempt(owner, lead, "no_answer")
    await world.heard("alerts", lead, "AlertResolved", "DeadlineEnded")

    facts = await world.facts("alerts", lead)
    said = [type(fact.body).__name__ for fact in facts]
    assert (said.count("DeadlineWarned"), said.count("DeadlineMissed"), said.count("AlertAcknowledged")) == (1, 1, 1)
    seen = next(fact for fact in facts if type(fact.body).__name__ == "AlertAcknowledged")
    assert (seen.body.staff, seen.body.level, seen.head.actor) == (owner, "breach", f"staff:{owner}")
    ended = next(fact.body for fact in facts if type(fact.body).__name__ == "DeadlineEnded")
    assert (ended.by, ended.within_target) == ("attempt", False)

    async def shown_resolved() -> bool:
        return (await world.lead(lead))["alert"] is None

    await wait_for(shown_resolved)


async def test_an_alert_is_seen_by_its_own_person_only(world: World) -> None:
    lead = await world.post("hazel-lowmoor")
    owner = await world.owned(lead)
    await _mail_about(world, lead, "late")
    open_now = (await world.get(f"staff:{owner}", "/sla/v1/alerts"))["alerts"]
    alert = next(one["alert"] for one in open_now if one["lead"] == lead)
    path = f"/sla/v1/alerts/{alert}/acknowledge"
    assert (await world.ask("staff:perrin", "POST", path)).status_code == 403
    assert (await world.ask("staff:farid", "POST", path)).status_code == 404, "another site's alert is not there (S2)"
    assert (await world.ask(f"staff:{owner}", "POST", path)).status_code == 200
    await world.heard("alerts", lead, "AlertAcknowledged")
    mails = [mail for mail in world.mails(f"{owner}@lowmoor.example") if lead in mail.get_content()]
    assert len({mail["message-id"] for mail in mails}) == len(mails), "one letter an alert (P10)"
    await world.command(owner, lead, "close", {"reason": "not_interested"})
    await world.heard("alerts", lead, "AlertResolved")
