"""`POST /intake/oauth/token`: keys and sign-in secrets for tokens of a minute."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import TokenReader
from services.intake.access.storage.issuer import operator_token
from services.intake.access.storage.keys import issue_key, keys_of, revoke_key
from tests.doors import Doors

PATH = "/intake/oauth/token"


async def a_key(doors: Doors, who: str, *, lasts: timedelta = timedelta(hours=1)) -> str:
    """A fresh key; earlier ones of the same owner are revoked."""
    identity, parts = Identity.parse(who), doors.parts("intake")
    assert identity is not None
    async with parts.database.work("system:operator") as work:
        for old in await keys_of(work, identity):
            await revoke_key(work, old.id)
        return await issue_key(work, parts.keys, identity, lasts)


def reader(doors: Doors) -> TokenReader:
    return TokenReader(doors.parts("intake").settings.keys_dir / "public")


@pytest.mark.parametrize("how", ["json", "data"])
@pytest.mark.parametrize("who", ["partner:openhand", "sponsor:northfield", "staff:ines"])
async def test_a_key_becomes_a_token_of_a_minute(doors: Doors, who: str, how: str) -> None:
    request: Any = {
        how: {"grant_type": "client_credentials", "client_id": who, "client_secret": await a_key(doors, who)}
    }
    response = await (await doors.ask("intake")).post(PATH, **request)
    assert response.status_code == 200, response.text
    body = response.json()
    assert (body["token_type"], body["expires_in"], response.headers["cache-control"]) == ("Bearer", 60, "no-store")
    assert str(reader(doors).read(body["access_token"])) == who


async def refused(doors: Doors, client_id: str, secret: str) -> httpx.Response:
    request = {"client_id": client_id, "client_secret": secret}
    return await (await doors.ask("intake")).post(PATH, data=request)


async def test_every_wrong_secret_gets_the_same_answer(doors: Doors) -> None:
    key = await a_key(doors, "partner:openhand")
    over = await a_key(doors, "partner:brightpost", lasts=timedelta(seconds=-1))
    revoked = await a_key(doors, "partner:hollin")
    await a_key(doors, "partner:hollin")
    tried = [
        ("partner:openhand", key[:-4] + "0000"),
        ("partner:openhand", "guess"),
        ("partner:brightpost", key),
        ("partner:brightpost", over),
        ("partner:hollin", revoked),
        ("partner:nobody", f"baton_partner_nobody_{'0' * 40}"),
    ]
    answers = [await refused(doors, *one) for one in tried]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].json()["error"] == "invalid_client"


async def test_a_partners_key_opens_directly_and_a_staff_secret_does_not(doors: Doors) -> None:
    for who, status in (("partner:openhand", 403), ("sponsor:northfield", 403), ("staff:ines", 401)):
        client = await doors.ask("intake")
        client.headers["authorization"] = f"Bearer {await a_key(doors, who)}"
        answer = await client.get("/intake/v1/network")  # an operator's page: 403 says who you are, 401 that nobody is
        assert (who, answer.status_code) == (who, status)


async def test_a_revoked_key_is_refused_at_once(doors: Doors) -> None:
    client = await doors.ask("intake")
    client.headers["authorization"] = f"Bearer {await a_key(doors, 'partner:openhand')}"
    assert (await client.get("/intake/v1/network")).status_code == 403
    await a_key(doors, "partner:openhand")
    assert (await client.get("/intake/v1/network")).status_code == 401


async def test_whoever_holds_the_key_files_is_the_operator(doors: Doors) -> None:
    token = operator_token(doors.parts("intake").settings)
    client = await doors.ask("intake")
    client.headers["authorization"] = f"Bearer {token}"
    assert (await client.get("/intake/v1/network")).status_code == 200


@pytest.mark.parametrize(
    ("content", "media", "status"),
    [
        ("client_id=partner:openhand", "application/x-www-form-urlencoded", 422),
        ("grant_type=password&client_id=a&client_secret=b", "application/x-www-form-urlencoded", 422),
        ('{"client_id": "a", "client_secret": "b", "scope": "*"}', "application/json", 422),
        ("client_id=a&client_secret=b", "text/plain", 415),
    ],
    ids=["no secret", "another grant", "an unknown field", "another media type"],
)
async def test_what_is_no_token_request(doors: Doors, content: str, media: str, status: int) -> None:
    client = await doors.ask("intake")
    assert (await client.post(PATH, content=content, headers={"content-type": media})).status_code == status
