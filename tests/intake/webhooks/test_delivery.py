"""From a referral to a partner's server: once an event, at least once a delivery, signed, thin."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from services.intake.webhooks.ticker import forget
from tests.intake.referrals.door import a_person, a_referral
from tests.intake.webhooks.hooks import Hooks, nothing_marked


def bodies(hooks: Hooks) -> list[Any]:
    return [json.loads(heard.body) for heard in hooks.listener.heard]


async def test_a_handed_over_referral_is_told_signed_and_thin(hooks: Hooks) -> None:
    _, verifier = await hooks.endpoint()
    lead = await hooks.referred(external_id="HOOK-1")
    assert await hooks.tick() == 1
    assert await hooks.round() == 1
    [heard] = hooks.listener.heard
    told = verifier.verify(heard.body, heard.headers)
    assert told["type"] == "referral.handed_over"
    assert told["data"] == {"lead": lead, "handed_over_at": told["timestamp"]}
    assert b"HOOK-1" not in heard.body
    assert heard.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        verifier.verify(heard.body.replace(lead.encode(), lead[::-1].encode()), heard.headers)
    assert (await hooks.tick(), await hooks.round()) == (0, 0)


async def test_not_before_its_time(hooks: Hooks) -> None:
    await hooks.endpoint()
    lead = (await hooks.desk.send(a_referral())).json()["lead"]
    assert await hooks.tick() == 0
    await hooks.run("update referral set received_at = received_at - interval '15 minutes' where lead = $1", UUID(lead))
    await asyncio.sleep(0.05)
    assert await hooks.tick() == 1


async def test_a_duplicate_is_told_like_anybody_else(hooks: Hooks) -> None:
    await hooks.endpoint()
    person = a_person()
    leads = [await hooks.referred(person=person) for _ in range(2)]
    await hooks.tick()
    await hooks.round()
    told = bodies(hooks)
    assert {one["data"]["lead"] for one in told} == set(leads)
    assert told[0].keys() == told[1].keys()
    assert told[0]["data"].keys() == told[1]["data"].keys()


async def test_one_taken_back_before_is_told_as_that_only(hooks: Hooks) -> None:
    await hooks.endpoint()
    client = await hooks.desk.doors.ask("intake", "partner:openhand")
    lead = (await hooks.desk.send(a_referral())).json()["lead"]
    assert (await client.post(f"/intake/v1/referrals/{lead}/withdraw")).status_code == 200
    await hooks.run(
        "update referral set received_at = received_at - interval '14 minutes 59 seconds' where lead = $1", UUID(lead)
    )
    await hooks.run(
        "update withdrawal set withdrawn_at = withdrawn_at - interval '10 minutes' where lead = $1", UUID(lead)
    )
    await hooks.run("update webhook_mark set withdrawn_at = withdrawn_at - interval '1 hour'")
    await asyncio.sleep(1.01)
    await hooks.tick()
    await hooks.round()
    assert [(one["type"], one["data"]["lead"]) for one in bodies(hooks)] == [("referral.withdrawn", lead)]


async def test_a_test_referral_says_so(hooks: Hooks) -> None:
    await hooks.endpoint()
    await hooks.referred(route="testing")
    await hooks.tick()
    await hooks.round()
    assert bodies(hooks)[0]["data"]["test"] is True


async def test_each_endpoint_hears_what_it_asked_for_and_no_other_partner_anything(hooks: Hooks) -> None:
    await hooks.endpoint(events=["referral.withdrawn"])
    await hooks.endpoint("partner:brightpost")
    await hooks.referred()
    await hooks.tick()
    assert await hooks.round() == 0


async def test_killed_between_send_and_mark_it_is_sent_again_under_the_same_id(hooks: Hooks) -> None:
    _, verifier = await hooks.endpoint()
    await hooks.referred()
    await hooks.tick()
    with pytest.raises(KeyboardInterrupt):
        await hooks.round(replace(hooks.sends(), mark=nothing_marked))
    assert await hooks.round() == 0, "the claim still hides it"
    await hooks.again_now()
    assert await hooks.round() == 1
    first, second = hooks.listener.heard
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    for heard in (first, second):
        verifier.verify(heard.body, heard.headers)
    assert await hooks.round() == 0


async def test_two_senders_send_each_once(hooks: Hooks) -> None:
    for _ in range(3):
        await hooks.endpoint()
    await hooks.referred()
    await hooks.tick()
    assert sum(await asyncio.gather(*(hooks.round() for _ in range(4)))) == 3
    assert len(hooks.listener.heard) == 3


async def test_an_event_made_again_after_a_restore_has_the_same_id(hooks: Hooks) -> None:
    await hooks.endpoint()
    await hooks.referred()
    await hooks.tick()
    await hooks.round()
    await hooks.run("delete from webhook_event")
    await hooks.run("update webhook_mark set handed_at = handed_at - interval '1 day'")
    assert await hooks.tick() >= 1
    while await hooks.round():
        pass
    lead = bodies(hooks)[0]["data"]["lead"]
    ids = [one.headers["webhook-id"] for one in hooks.listener.heard if lead.encode() in one.body]
    assert len(ids) == 2
    assert len(set(ids)) == 1


async def test_two_tickers_make_each_event_once(hooks: Hooks) -> None:
    await hooks.endpoint()
    for _ in range(2):
        await hooks.referred()
    await asyncio.gather(*(hooks.tick() for _ in range(4)))
    assert [row["n"] for row in await hooks.desk.fetch("select count(*) as n from webhook_event")] == [2]


async def test_after_a_rotation_both_secrets_verify_and_later_the_new_one_alone(hooks: Hooks) -> None:
    id, old = await hooks.endpoint()
    rotated = (await hooks.ask("POST", f"/{id}/rotate")).json()
    new = Webhook(rotated["secret"])
    await hooks.ask("POST", f"/{id}/test")
    await hooks.round()
    heard = hooks.listener.heard[-1]
    assert [verifier.verify(heard.body, heard.headers)["type"] for verifier in (old, new)] == ["webhook.test"] * 2
    assert len(heard.headers["webhook-signature"].split(" ")) == 2
    await hooks.run("update webhook_endpoint set old_until = clock_timestamp()")
    await hooks.ask("POST", f"/{id}/test")
    await hooks.round()
    heard = hooks.listener.heard[-1]
    new.verify(heard.body, heard.headers)
    with pytest.raises(WebhookVerificationError):
        old.verify(heard.body, heard.headers)


async def test_a_failing_endpoint_is_tried_later_one_at_a_time(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    for _ in range(3):
        await hooks.ask("POST", f"/{id}/test")
    hooks.listener.answer = b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n"
    assert await hooks.round() == 3
    shown = await hooks.shown(id)
    assert (shown["state"], shown["last_code"], shown["pending"]) == ("active", "http_500", 3)
    assert "failing_since" in shown
    assert await hooks.round() == 0
    rows = await hooks.desk.fetch("select tries, next_try_at - clock_timestamp() < '5 s' as soon from webhook_delivery")
    assert rows == [{"tries": 1, "soon": True}] * 3
    await hooks.again_now()
    assert await hooks.round() == 1
    hooks.listener.answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n"
    await hooks.again_now()
    assert [await hooks.round() for _ in range(2)] == [1, 2]
    shown = await hooks.shown(id)
    assert ("failing_since" in shown, shown["pending"], shown["last_code"]) == (False, 0, "sent")


async def test_after_five_days_it_is_disabled_and_its_partner_told_and_comes_back(hooks: Hooks) -> None:
    id, verifier = await hooks.endpoint()
    await hooks.ask("POST", f"/{id}/test")
    hooks.listener.answer = b"HTTP/1.1 503 X\r\ncontent-length: 0\r\n\r\n"
    await hooks.round()
    await hooks.run("update webhook_endpoint set failing_since = failing_since - interval '5 days'")
    await hooks.again_now()
    await hooks.round()
    shown = await hooks.shown(id)
    assert (shown["state"], shown["why"], shown["last_code"]) == ("disabled", "failing", "http_503")
    await hooks.again_now()
    assert await hooks.round() == 0
    hooks.listener.answer = b"HTTP/1.1 204 X\r\n\r\n"
    assert (await hooks.ask("POST", f"/{id}/enable")).status_code == 204
    assert await hooks.round() == 1
    verifier.verify(hooks.listener.heard[-1].body, hooks.listener.heard[-1].headers)
    assert (await hooks.shown(id))["state"] == "active"


async def test_gone_is_gone_at_once(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    await hooks.ask("POST", f"/{id}/test")
    hooks.listener.answer = b"HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n"
    await hooks.round()
    shown = await hooks.shown(id)
    assert (shown["state"], shown["why"]) == ("disabled", "gone")


async def test_the_tenth_failure_is_the_last(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    await hooks.ask("POST", f"/{id}/test")
    hooks.listener.answer = b"HTTP/1.1 500 X\r\ncontent-length: 0\r\n\r\n"
    for _ in range(10):
        await hooks.again_now()
        assert await hooks.round() == 1
    await hooks.again_now()
    assert await hooks.round() == 0
    assert [row["state"] for row in await hooks.desk.fetch("select state from webhook_delivery")] == ["failed"]


async def test_replay_tells_again_under_the_same_ids(hooks: Hooks) -> None:
    id, verifier = await hooks.endpoint()
    await hooks.referred()
    await hooks.tick()
    await hooks.round()
    await hooks.run("update webhook_endpoint set state = 'disabled', why = 'failing'")
    await hooks.referred()
    await hooks.tick()
    await hooks.ask("POST", f"/{id}/enable")
    assert await hooks.round() == 0, "nobody was told while it was disabled"
    answer = await hooks.ask("POST", f"/{id}/replay", {"since": "2024-01-01T00:00:00Z"})
    assert (answer.status_code, answer.json()) == (202, {"replayed": 2})
    assert await hooks.round() == 2
    ids = [heard.headers["webhook-id"] for heard in hooks.listener.heard]
    assert len(ids) == 3
    assert len(set(ids)) == 2
    for heard in hooks.listener.heard:
        verifier.verify(heard.body, heard.headers)
    assert (await hooks.ask("POST", f"/{id}/replay", {"since": "2999-01-01"})).json() == {"replayed": 0}


async def test_a_slow_endpoint_keeps_no_other_waiting(hooks: Hooks) -> None:
    slow, _ = await hooks.endpoint()
    other, _ = await hooks.endpoint()
    for _ in range(40):
        await hooks.ask("POST", f"/{slow}/test")
    await hooks.ask("POST", f"/{other}/test")
    await hooks.round()
    assert (await hooks.shown(other))["pending"] == 0
    assert (await hooks.shown(slow))["pending"] == 36


async def test_what_is_old_is_forgotten(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    await hooks.ask("POST", f"/{id}/test")
    await hooks.run("update webhook_event set created = created - $1::interval", timedelta(days=31))
    assert await hooks.desk.database.run(forget, actor="system:intake") == 1
    assert await hooks.desk.fetch("select * from webhook_delivery") == []
