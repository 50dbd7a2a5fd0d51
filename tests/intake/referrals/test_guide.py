"""docs/partner-guide.md, taken at its word: its commands, its Python, and every refusal a partner may meet."""

import asyncio
import json
import re
from datetime import timedelta
from typing import Any, Final

import pytest

from contracts.vocabulary import Refusal
from services.chassis.auth.identity import Identity
from services.chassis.http.problems import CODES
from services.chassis.http.server import serve_http
from services.intake.access.storage.keys import issue_key
from services.intake.referrals.api.route import CODES as DOOR_CODES
from tests.guides import blocks, curl
from tests.house.tree import root
from tests.intake.referrals.door import Desk, a_referral

PAGE: Final = "partner-guide.md"
HERE: Final = {"openhand-alder-eastmere": "live", "alder-partner@3": "alder-words@5"}
"""The names of the sample network, as this test's network has them."""

NOT_AT_THESE_DOORS: Final = frozenset({
    "conflict", "cross_site", "if_match_invalid", "if_match_missing", "method_not_allowed", "not_found",
    "query_malformed",
})  # fmt: skip


async def a_key(desk: Desk) -> str:
    parts = desk.doors.parts_of("intake")
    async with parts.database.work("system:operator") as work:
        return await issue_key(work, parts.keys, Identity("partner", "openhand"), timedelta(hours=1))


async def test_the_commands_of_the_page_do_what_it_says(desk: Desk) -> None:
    client = await desk.doors.ask("intake", None)
    known = {"$KEY": await a_key(desk), "$BATON": "http://baton", **HERE}
    lines = "\n".join(json.dumps(a_referral(external_id=f"GUIDE-{n}")) for n in range(3))
    routes, one, batch, receipt = [
        await curl(client, command, known, {"referrals.ndjson": lines}) for command in blocks(PAGE, "sh")
    ]
    assert "live" in {route["route"] for route in routes.json()["routes"]}
    assert one.status_code == 202, one.text
    assert [json.loads(line)["status"] for line in batch.text.splitlines()] == [202, 202, 202]
    assert [shown["lead"] for shown in receipt.json()["referrals"]] == [one.json()["lead"]]


async def test_the_python_of_the_page_sends_once_and_is_answered_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    space: dict[str, Any] = {}
    exec(compile(blocks(PAGE, "python")[0], PAGE, "exec"), space)  # noqa: S102 - our own page
    await desk.doors.ask("intake", None)
    port, stop = await serve_http(desk.doors.app_of("intake").asgi, "127.0.0.1", 0)
    monkeypatch.setenv("BATON", f"http://127.0.0.1:{port}")
    monkeypatch.setenv("KEY", await a_key(desk))
    refer, body = space["refer"], a_referral(external_id="GUIDE-PYTHON")
    answers = [await asyncio.to_thread(refer, body, "guide-python") for _ in range(2)]
    wrong = await asyncio.to_thread(
        refer, {**body, "external_id": "GUIDE-WRONG", "person": {"phone": "12"}}, "guide-wrong"
    )
    await stop()
    assert answers[0]["status"] == "accepted"
    assert answers[0] == answers[1]
    assert wrong["code"] == "field_invalid"
    assert {one["pointer"] for one in wrong["errors"]} >= {"/person/phone"}


def test_every_refusal_stands_on_the_page_with_something_to_do() -> None:
    text = (root() / "docs" / PAGE).read_text(encoding="utf-8").partition("| code | status |")[2]
    rows = [line.split("|")[1:4] for line in text.splitlines() if line.startswith("| `")]
    told = {code for codes, _, _ in rows for code in re.findall(r"`([a-z_]+)`", codes)}
    assert told == {*CODES, *DOOR_CODES, *map(str, set(Refusal) - {Refusal.OTHER})} - NOT_AT_THESE_DOORS
    assert all(todo.strip() for _, _, todo in rows)
