"""The desk over HTTP: who may do what to a lead, on which version, and what it becomes (R26-R31, R40; S2)."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from contracts.envelope import Fact
from contracts.referrals.facts import ReferralReceived
from contracts.vocabulary import Permitted
from tests.doors import Doors
from tests.routing.builders import a_network, a_referral, tokens_of
from tests.routing.desk import DeskOfTests

CALL = {"channel": "phone", "result": "no_answer"}


async def owned(desk: DeskOfTests, tag: str, **different: Any) -> Fact[ReferralReceived]:
    """A lead of the first member of the pool, the site's lead."""
    referral = a_referral(tag, **different)
    await desk.hears(*a_network(tag))
    await desk.hears(tokens_of(referral, phone=referral.key))
    await desk.hears(referral)
    return referral


async def post(client: httpx.AsyncClient, lead: str, what: str, body: Any, version: int = 1) -> httpx.Response:
    headers = {"if-match": f'"{version}"'}
    return await client.post(f"/desk/v1/leads/{lead}/{what}", json=body, headers=headers)


def _is_today(due: str) -> bool:
    """At the site, by its wall clock: within the last hour of its day a first call is due tomorrow."""
    zone = ZoneInfo("America/New_York")
    return datetime.fromisoformat(due).astimezone(zone).date() <= datetime.now(zone).date()


async def test_the_queue_says_who_to_act_on_and_what_is_next(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag)
    queue = (await (await doors.ask("routing", f"staff:ana-{tag}")).get("/desk/v1/queue")).json()
    row = next(row for row in queue["leads"] if row["lead"] == lead.key)
    assert (row["owner"], row["study_code"]) == (f"ana-{tag}", "AL-204")
    assert row["bucket"] == ("needs_follow_up" if _is_today(row["next"]["due_at"]) else "planned")
    assert row["next"]["action"] == "first_call"
    assert row["arrived_at"] == "2026-03-02T09:00:00.000000Z"
    assert (row["permitted"], row["stated_interest"], row["material"]) == (
        ["phone", "email"],
        "learn_more",
        "alder-partner@3",
    )


async def test_an_unanswered_call_is_followed_by_another(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag)
    answer = await post(await doors.ask("routing", f"staff:ana-{tag}"), lead.key, "attempts", CALL)
    assert (answer.status_code, answer.headers["etag"]) == (200, '"2"')
    assert (answer.json()["status"], answer.json()["next"]["action"]) == ("attempting", "call_again")
    assert (await desk.names(lead.key))[-4:] == [
        "AttemptRecorded",
        "MilestoneReached",
        "StatusChanged",
        "NextActionSet",
    ]


@pytest.mark.parametrize(
    ("what", "body", "status", "code"),
    [
        ("attempts", {"channel": "sms", "result": "reached"}, 409, "channel_not_permitted"),
        ("attempts", {"channel": "phone", "result": "message_left"}, 409, "message_not_permitted"),
        ("attempts", {"channel": "phone", "result": "shouted"}, 422, "field_invalid"),
        ("attempts", {"channel": "phone", "result": "reached", "note": "x"}, 422, "field_invalid"),
        ("blockers", {"kind": "system"}, 409, "blocker_not_yours"),
        ("blockers", {"kind": "awaiting_callback"}, 409, "until_missing"),
        ("close", {"reason": "duplicate"}, 409, "reason_not_by_hand"),
        ("close", {"reason": "labs"}, 409, "study_team_only"),
        ("close", {"reason": "enrolled"}, 409, "study_team_only"),
    ],
)
async def test_what_may_not_be_is_refused_and_changes_nothing(
    desk: DeskOfTests, doors: Doors, tag: str, what: str, body: Any, status: int, code: str
) -> None:
    lead = await owned(desk, tag)
    before = await desk.names(lead.key)
    answer = await post(await doors.ask("routing", f"staff:ana-{tag}"), lead.key, what, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert await desk.names(lead.key) == before
    assert (await desk.lead(lead.key)).version == 1


async def test_what_is_next_and_until_when_is_taken_as_it_is_written(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead, ana = await owned(desk, tag), await doors.ask("routing", f"staff:ana-{tag}")
    due = "2026-10-19T15:04:07+02:00"
    answer = await post(ana, lead.key, "next-action", {"action": "call_back_as_agreed", "due_at": due})
    assert (answer.status_code, answer.json()["next"]["due_at"]) == (200, "2026-10-19T13:04:07.000000Z")
    held = {"kind": "awaiting_callback", "until": due}
    answer = await ana.post(
        f"/desk/v1/leads/{lead.key}/blockers", json=held, headers={"if-match": answer.headers["etag"]}
    )
    assert answer.status_code == 200
    assert (await desk.names(lead.key))[-2:] == ["NextActionSet", "BlockerRaised"]


@pytest.mark.parametrize(("who", "status"), [("staff:ana-{}", 200), ("staff:ben-{}", 409), ("staff:cat-{}", 200)])
async def test_owner_and_backup_work_a_lead_and_a_colleague_does_not(
    desk: DeskOfTests, doors: Doors, tag: str, who: str, status: int
) -> None:
    lead = await owned(desk, tag)
    answer = await post(await doors.ask("routing", who.format(tag)), lead.key, "attempts", CALL)
    assert answer.status_code == status


async def test_a_lead_of_another_site_is_not_there(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag)
    await desk.hears(*a_network(f"x{tag}"))
    stranger = await doors.ask("routing", f"staff:ana-x{tag}")
    absent = "0199c2a0-0000-7000-8000-000000000000"
    answers = [await stranger.get(f"/desk/v1/leads/{one}") for one in (lead.key, absent)]
    answers += [await post(stranger, one, "attempts", CALL) for one in (lead.key, absent)]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1


@pytest.mark.parametrize(("who", "status"), [(None, 401), ("partner:openhand", 403), ("sponsor:northfield", 403)])
async def test_the_desk_serves_staff_only(doors: Doors, who: str | None, status: int) -> None:
    assert (await (await doors.ask("routing", who)).get("/desk/v1/queue")).status_code == status


async def test_a_command_on_an_old_version_is_a_conflict(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag)
    client = await doors.ask("routing", f"staff:ana-{tag}")
    assert (await post(client, lead.key, "attempts", CALL)).status_code == 200
    assert (await post(client, lead.key, "attempts", CALL)).status_code == 412
    assert (await client.post(f"/desk/v1/leads/{lead.key}/attempts", json=CALL)).status_code == 428


async def test_closing_frees_the_place_for_who_waits(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    referrals = [a_referral(tag) for _ in range(4)]
    await desk.hears(*a_network(tag, capacity=1))
    await desk.hears(*(tokens_of(referral, phone=referral.key) for referral in referrals))
    await desk.hears(*referrals)
    leads = [await desk.lead(referral.key) for referral in referrals]
    waiting = next(lead for lead in leads if lead.owner is None)
    closing = next(lead for lead in leads if lead.owner == f"ana-{tag}")
    answer = await post(await doors.ask("routing", f"staff:ana-{tag}"), str(closing.id), "close", {"reason": "too_far"})
    assert (answer.status_code, answer.json()["status"]) == (200, "closed")
    assert (await desk.lead(waiting.id)).owner == f"ana-{tag}"
    assert await desk.load(f"ana-{tag}") == 1


async def test_being_asked_to_stop_ends_the_lead_at_once(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag, permitted=(Permitted.PHONE,))
    body = {"channel": "phone", "result": "asked_to_stop"}
    answer = await post(await doors.ask("routing", f"staff:ana-{tag}"), lead.key, "attempts", body)
    assert (answer.json()["close_reason"], await desk.load(f"ana-{tag}")) == ("permission_revoked", 0)


async def test_a_blocker_is_raised_shown_and_cleared(desk: DeskOfTests, doors: Doors, tag: str) -> None:
    lead = await owned(desk, tag)
    client = await doors.ask("routing", f"staff:ana-{tag}")
    raised = await post(client, lead.key, "blockers", {"kind": "awaiting_records"})
    assert [blocker["resolver"] for blocker in raised.json()["blockers"]] == ["records_holder"]
    cleared = await client.post(
        f"/desk/v1/leads/{lead.key}/blockers/awaiting_records/clear", headers={"if-match": '"2"'}
    )
    assert (cleared.status_code, cleared.json()["blockers"]) == (200, [])
    assert (await desk.names(lead.key))[-2:] == ["BlockerRaised", "BlockerCleared"]
