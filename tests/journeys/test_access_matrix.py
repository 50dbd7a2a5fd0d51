"""Endpoint x {owner, other, no scope, other kind, nobody}, asked of the whole running Baton (privacy.md)."""

import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer
from services.cli.network import read_files
from tests.doors import Doors
from tests.journeys.access_matrix import COLUMNS, MATRIX, Asked
from tests.journeys.world import NETWORK, World
from tests.place import SERVICES, Place

CASES = [(endpoint, n) for n in reversed(range(len(COLUMNS))) for endpoint, one in MATRIX.items() if one.statuses[n]]
"""The owners last, in the order of the table: a lead that was closed takes no further attempt."""

NOT_THERE = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="session")
async def lead(world: World) -> str:
    """One of Hanno's."""
    lead = await world.post("kelp-soloby")
    assert await world.owned(lead) == "hanno"
    return lead


@pytest.fixture(scope="session")
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=world.http, trust_env=False, timeout=20) as opened:
        yield opened


def sent(world: World, asked: Asked, who: str | None) -> dict[str, Any]:
    """What goes with the request."""
    if asked.form is not None:
        return {"data": asked.form}
    if asked.body == "network":
        return {"json": read_files([NETWORK]).document}
    if asked.body == "file":
        return {"content": b"Record\n1\n", "headers": {"content-type": "text/csv"}}
    if asked.body in ("referral", "lines"):
        referral = world.referral("kelp-soloby", external_id=f"matrix-{asked.body}-{who}".replace(":", "-"))
        if asked.body == "referral":
            return {"json": referral}
        return {"content": json.dumps(referral), "headers": {"content-type": "application/x-ndjson"}}
    return {} if asked.body is None else {"json": asked.body}


@pytest.mark.parametrize(("endpoint", "column"), CASES, ids=[f"{COLUMNS[n]}: {one}" for one, n in CASES])
async def test_the_matrix(world: World, client: httpx.AsyncClient, lead: str, endpoint: str, column: int) -> None:
    asked, (method, _, path) = MATRIX[endpoint], endpoint.partition(" ")
    who = asked.who[column]
    told = sent(world, asked, who)
    headers = {"sec-fetch-site": "same-origin", "if-match": '"1"', "idempotency-key": f"matrix-{endpoint}-{who}"[:200]}
    headers["idempotency-key"] = headers["idempotency-key"].replace(" ", "_")
    if who is not None:
        identity = Identity.parse(who)
        assert identity is not None
        headers["authorization"] = f"Bearer {Issuer.open(world.keys_dir).token(identity, datetime.now(UTC))}"
    if who == "staff:hanno" and "{lead}" in path:
        headers["if-match"] = f'"{(await world.lead(lead, "hanno"))["version"]}"'
    url = path.format_map({
        "lead": lead, "kind": "transport", "token": "none", "alert": NOT_THERE, "study": "gorse", "mapping": "list",
        "import": NOT_THERE, "endpoint": NOT_THERE,
    })  # fmt: skip
    answer = await client.request(method, url, **told | {"headers": headers | told.get("headers", {})})
    assert answer.status_code == asked.statuses[column], answer.text


async def test_not_yours_is_answered_as_what_does_not_exist(world: World, client: httpx.AsyncClient, lead: str) -> None:
    token = Issuer.open(world.keys_dir).token(Identity("staff", "oona"), datetime.now(UTC))
    answers = [
        await client.get(f"/desk/v1/leads/{one}", headers={"authorization": f"Bearer {token}"})
        for one in (lead, NOT_THERE)
    ]
    assert {(one.status_code, one.content) for one in answers} == {(404, answers[0].content)}


async def test_the_matrix_knows_every_route_of_every_service(journeys_place: Place, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        doors = Doors(journeys_place, tmp_path / "keys", stack)
        routes = {route.name for service in SERVICES for route in (await doors.open(service)).routes}
    assert set(MATRIX) == routes
