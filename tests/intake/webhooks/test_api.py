"""A partner's own endpoints, and nobody else's (S2); the secret is shown once and lies nowhere readable (S7)."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.chassis.crypto.vault import CannotOpen
from services.chassis.telemetry import metrics
from services.intake.webhooks.storage.secrets import Sealed, opened
from tests.intake.referrals.door import network
from tests.intake.referrals.test_canary import dump, hits
from tests.intake.webhooks.hooks import Hooks
from tests.intake.webhooks.listener import URL
from tests.place import Place

COMMANDS = (
    ("POST", "/{}/rotate", None),
    ("POST", "/{}/enable", None),
    ("POST", "/{}/test", None),
    ("POST", "/{}/replay", {"since": "2026-01-01"}),
    ("DELETE", "/{}", None),
)


async def test_the_secret_is_shown_once_and_lies_nowhere_readable(hooks: Hooks, webhook_place: Place) -> None:
    made = (await hooks.ask("POST", "", {"url": URL})).json()
    secrets = [made["secret"]]
    secrets.append((await hooks.ask("POST", f"/{made['id']}/rotate")).json()["secret"])
    listed = await hooks.ask("GET")
    assert not [secret for secret in secrets if secret in listed.text]
    bare = [secret.removeprefix("whsec_").rstrip("=") for secret in secrets]
    found = await dump(webhook_place)
    assert len(found["webhook_endpoint"]) > 0
    assert hits(found, [*secrets, *bare]) == set()


async def test_a_secret_opens_in_its_own_row_only(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    other, _ = await hooks.endpoint()
    [row] = await hooks.desk.fetch("select secret, secret_key from webhook_endpoint where id = $1", UUID(id))
    ring = hooks.desk.doors.parts_of("intake").keys
    assert opened(ring, UUID(id), Sealed(row["secret"], row["secret_key"])).startswith("whsec_")
    with pytest.raises(CannotOpen):
        opened(ring, UUID(other), Sealed(row["secret"], row["secret_key"]))


async def test_another_s_endpoint_is_as_good_as_none(hooks: Hooks) -> None:
    theirs, _ = await hooks.endpoint("partner:brightpost")
    await hooks.endpoint()
    for method, path, body in COMMANDS:
        seen = []
        await hooks.ask(method, path.format(uuid4()), body)  # now it is known what the agreements ask for
        for id in (theirs, str(uuid4())):
            with metrics.fresh():
                metrics.allow("service", "intake")
                answer = await hooks.ask(method, path.format(id), body)
                count = metrics.STATEMENTS.value(service="intake")
            seen.append((answer.status_code, answer.content, count))
        assert seen[0] == seen[1]
        assert seen[0][0] == 404
    assert len((await hooks.ask("GET", who="partner:brightpost")).json()["endpoints"]) == 1
    assert len((await hooks.ask("GET")).json()["endpoints"]) == 1


@pytest.mark.parametrize("who", ["staff:ines", "sponsor:northfield", "operator:local", None])
async def test_nobody_but_partners_is_served(hooks: Hooks, who: str | None) -> None:
    for method, path, body in (("GET", "", None), ("POST", "", {"url": URL}), *COMMANDS):
        answer = await hooks.ask(method, path.format(uuid4()), body, who)
        assert answer.status_code == (403 if who else 401)


async def test_five_and_no_more(hooks: Hooks) -> None:
    ids = [(await hooks.endpoint())[0] for _ in range(5)]
    answer = await hooks.ask("POST", "", {"url": URL})
    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")
    assert (await hooks.ask("DELETE", f"/{ids[0]}")).status_code == 204
    assert (await hooks.ask("POST", "", {"url": URL})).status_code == 201


async def test_with_the_last_endpoint_its_events_end(hooks: Hooks) -> None:
    id, _ = await hooks.endpoint()
    await hooks.ask("POST", f"/{id}/test")
    await hooks.ask("DELETE", f"/{id}")
    assert await hooks.round() == 0
    await hooks.referred()
    assert await hooks.tick() == 0
    assert await hooks.desk.fetch("select * from webhook_mark") == []


BAD: list[tuple[str, Any, str]] = [
    ("no URL", {}, "/url"),
    ("not https", {"url": "http://hooks.partner.example/in"}, "/url"),
    ("an address", {"url": "https://169.254.169.254/latest"}, "/url"),
    ("a number", {"url": 7}, "/url"),
    ("no event", {"url": URL, "events": []}, "/events"),
    ("an unknown event", {"url": URL, "events": ["referral.called"]}, "/events/0"),
    ("the test event", {"url": URL, "events": ["webhook.test"]}, "/events/0"),
    ("a secret of its own", {"url": URL, "secret": "whsec_AAAA"}, "/secret"),
]


@pytest.mark.parametrize(("body", "pointer"), [one[1:] for one in BAD], ids=[one[0] for one in BAD])
async def test_a_bad_endpoint_names_its_field_and_stores_nothing(hooks: Hooks, body: Any, pointer: str) -> None:
    before = await hooks.desk.counts()
    answer = await hooks.ask("POST", "", body)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert "169.254" not in answer.text
    assert await hooks.desk.counts() == before


@pytest.mark.parametrize("since", ["yesterday", 1700000000, None, "2026-13-01"])
async def test_a_replay_needs_a_time(hooks: Hooks, since: Any) -> None:
    id, _ = await hooks.endpoint()
    answer = await hooks.ask("POST", f"/{id}/replay", {"since": since})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/since")


async def test_an_ending_is_told_once_a_notice(hooks: Hooks) -> None:
    id, verifier = await hooks.endpoint("partner:brightpost")
    said, last = network(), (datetime.now(UTC) + timedelta(days=9)).date()
    [agreement] = [one for one in said["agreements"] if one["id"] == "brightpost-2026"]
    agreement["valid_until"] = last.isoformat()
    operator = await hooks.desk.doors.ask("intake", "operator:local")
    assert (await operator.put("/intake/v1/network", json=said)).status_code == 200
    assert [await hooks.tick_routes() for _ in range(2)] == [1, 0]
    await hooks.round()
    [heard] = hooks.listener.heard
    told = verifier.verify(heard.body, heard.headers)
    assert told["type"] == "route.agreement_ends"
    assert (told["data"]["route"], told["data"]["days"]) == ("of-brightpost", 14)
    ends_at = datetime.fromisoformat(told["data"]["ends_at"])
    assert ends_at.date() == last + timedelta(days=1)
    [shown] = (await (await hooks.desk.doors.ask("intake", "partner:brightpost")).get("/intake/v1/routes")).json()[
        "routes"
    ]
    assert shown["notices"] == [{"notice": "agreement_ends", "at": told["data"]["ends_at"], "days": 14}]
    assert id
