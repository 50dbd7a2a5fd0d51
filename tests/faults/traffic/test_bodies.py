"""Each body is answered by the real door as the plan says, and becomes the fact it says."""

import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx

from tests.clock import administrator
from tests.doors import Doors
from tests.faults.traffic.network import network
from tests.faults.traffic.partner import PATH
from tests.faults.traffic.plan import Kind, Operation, Plan, Weights
from tests.place import Place

SLIPS = Weights(malformed=0.3, refused=0.4, copies=0.0, again=0.0, other_body=0.3, twice=0.2)
CODES = {"field_invalid", "body_malformed", "body_too_deep", "too_large", "media_type_unsupported", "route_unknown",
         "route_not_live", "study_not_recruiting", "permission_missing", "basis_missing", "material_missing",
         "idempotency_key_reused", None}  # fmt: skip


async def test_every_body_is_answered_as_planned_and_said(fresh_place: Place, tmp_path: Path) -> None:
    document = network(7)
    planned = list(Plan(document, 7, rate=1.0, count=60, weights=SLIPS))
    assert {one.sent.code for one in planned} == CODES
    async with AsyncExitStack() as stack:
        doors = Doors(fresh_place, tmp_path / "keys", stack)
        operator = await doors.ask("intake", "operator:local")
        assert (await operator.put("/intake/v1/network", json=document)).status_code == 200
        clients = {one["id"]: await doors.ask("intake", f"partner:{one['id']}") for one in document["partners"]}
        answers = {one.id: await _send(clients[one.lane.partner], one) for one in planned if _is_first(one)}
        answers |= {one.id: await _send(clients[one.lane.partner], one) for one in planned if not _is_first(one)}
    wrong = [(one.id, one.sent.code, answers[one.id]) for one in planned if _met(one) != answers[one.id][:2]]
    assert wrong == []
    said = await _said(fresh_place)
    accepted = {answers[one.id][2] or "": one for one in planned if one.sent.status == 202}
    assert {lead: _part(said.pop(lead), one) for lead, one in accepted.items()} == {
        lead: dict(one.sent.facts) for lead, one in accepted.items()
    }
    refused = [dict(one.sent.facts) for one in planned if one.kind is Kind.REFUSED]
    names = ("partner", "reason", "route")
    left = [{name: body.get(name) for name in names} for body in said.values()]
    assert sorted(map(str, left)) == sorted(map(str, refused))


def _is_first(one: Operation) -> bool:
    return one.kind is not Kind.OTHER_BODY


def _met(one: Operation) -> tuple[int, str | None]:
    return one.sent.status, one.sent.code


async def _send(client: httpx.AsyncClient, one: Operation) -> tuple[int, str | None, str | None]:
    headers = {"idempotency-key": one.key, "content-type": one.sent.media}
    answer = await client.post(PATH, content=one.sent.content, headers=headers)
    told = answer.json()
    return answer.status_code, told.get("code"), told.get("lead")


async def _said(place: Place) -> dict[str, dict[str, Any]]:
    """Key -> body of what intake says on `referrals`."""
    admin = await administrator(place)
    try:
        rows = await admin.fetch("select key, body from intake.outbox where stream = 'referrals'")
    finally:
        await admin.close()
    return {row["key"]: json.loads(row["body"]) for row in rows}


def _part(body: dict[str, Any], one: Operation) -> dict[str, Any]:
    return {name: body.get(name) for name in one.sent.facts}
