"""Every kind of bad input at a door: its status, nothing stored, nothing repeated (privacy.md, "Input")."""

import dataclasses
import gzip
import io
import json
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from services.chassis.auth.identity import Identity
from services.chassis.auth.signing import Issuer
from services.chassis.database import Database
from services.chassis.http.app import service_app
from services.chassis.service import Parts
from services.chassis.telemetry import logs, metrics
from services.chassis.telemetry.traces import open_traces
from tests.chassis.http.conftest import Asking
from tests.chassis.http.harbour import a_boat, a_service

CANARY = "Wrzesniewska-0451-Canary"
JSON = "application/json"


def body(**changes: Any) -> bytes:
    return json.dumps(a_boat(**changes)).encode()


def raw(text: str) -> bytes:
    return text.replace("CANARY", CANARY).encode()


DEEP = raw('{"CANARY": ' + "[" * 30 + "]" * 30 + "}")
HOSTILE = b'{"name": ' + b"[" * 60_000

BAD: list[tuple[str, bytes, dict[str, str], int, str]] = [
    ("an unknown field", body(favourite=CANARY), {}, 422, "field_invalid"),
    ("an unknown field whose name is a person's", body(**{CANARY: 1}), {}, 422, "field_invalid"),
    ("an unknown field inside", body(skipper={"given_name": "A", "email": CANARY}), {}, 422, "field_invalid"),
    ("a missing field", json.dumps({"name": CANARY}).encode(), {}, 422, "field_invalid"),
    ("a text that is no phone", body(skipper={"given_name": "A", "phone": CANARY}), {}, 422, "field_invalid"),
    ("a number as text", body(length_m=CANARY), {}, 422, "field_invalid"),
    ("a number in quotes", body(length_m="9"), {}, 422, "field_invalid"),
    ("a day that is none", body(arrives="2026-02-30"), {}, 422, "field_invalid"),
    ("too long a text", body(name=CANARY * 20), {}, 422, "field_invalid"),
    ("a validator's own words", body(length_m=13), {}, 422, "field_invalid"),
    ("a validator's careless words", body(length_m=14), {}, 422, "field_invalid"),
    ("a list for an object", raw('["CANARY"]'), {}, 422, "field_invalid"),
    ("NUL in a text", raw('{"name": "CANARY\\u0000"}'), {}, 422, "field_invalid"),
    ("a lone surrogate", raw('{"name": "CANARY\\ud83d"}'), {}, 422, "field_invalid"),
    ("a raw NUL", b'{"name": "\x00' + CANARY.encode() + b'"}', {}, 400, "body_malformed"),
    ("half a UTF-8 character", b'{"name": "\xc3' + CANARY.encode() + b'"}', {}, 400, "body_malformed"),
    ("70 KiB", raw('{"name": "CANARY' + "x" * 70 * 1024 + '"}'), {}, 413, "too_large"),
    ("depth 30", DEEP, {}, 400, "body_too_deep"),
    ("sixty thousand brackets", HOSTILE, {}, 400, "body_too_deep"),
    ("duplicate keys", raw('{"name": "a", "name": "CANARY"}'), {}, 400, "body_malformed"),
    ("duplicate keys once escaped", raw('{"name": "CANARY", "n\\u0061me": "b"}'), {}, 400, "body_malformed"),
    ("NaN", raw('{"CANARY": NaN}'), {}, 400, "body_malformed"),
    ("-Infinity", raw('{"CANARY": -Infinity}'), {}, 400, "body_malformed"),
    ("infinity by overflow", raw('{"CANARY": 1e999}'), {}, 400, "body_malformed"),
    ("five thousand digits", raw('{"CANARY": ' + "9" * 5000 + "}"), {}, 400, "body_malformed"),
    ("not JSON at all", raw("CANARY"), {}, 400, "body_malformed"),
    ("nothing", b"", {}, 400, "body_malformed"),
    ("XML", raw("<boat>CANARY</boat>"), {"content-type": "application/xml"}, 415, "media_type_unsupported"),
    ("gzip", gzip.compress(raw("CANARY")), {"content-encoding": "gzip"}, 415, "media_type_unsupported"),
    ("another charset", body(name=CANARY), {"content-type": "application/json; charset=latin-1"}, 415,
     "media_type_unsupported"),
    ("no media type", body(name=CANARY), {"content-type": ""}, 415, "media_type_unsupported"),
    ("no Idempotency-Key", body(name=CANARY), {"idempotency-key": ""}, 400, "idempotency_key_invalid"),
    ("a key with spaces", body(name=CANARY), {"idempotency-key": f"{CANARY} x"}, 400, "idempotency_key_invalid"),
    ("too long a key", body(name=CANARY), {"idempotency-key": "k" * 201}, 400, "idempotency_key_invalid"),
    ("a query twice", body(name=CANARY), {"query": f"a={CANARY}&a=2"}, 400, "query_malformed"),
    ("NUL in the query", body(name=CANARY), {"query": f"a={CANARY}%00"}, 400, "query_malformed"),
]  # fmt: skip


async def send(client: httpx.AsyncClient, content: bytes, headers: dict[str, str]) -> httpx.Response:
    query = headers.get("query", "")
    sent = {"content-type": JSON, "idempotency-key": "k1", "traceparent": f"00-{CANARY}"} | headers
    sent.pop("query", None)
    wanted = {name: value for name, value in sent.items() if value}
    return await client.post(f"/harbour/v1/boats?{query}", content=content, headers=wanted)


@pytest.mark.parametrize(("content", "headers", "status", "code"), [c[1:] for c in BAD], ids=[c[0] for c in BAD])
async def test_bad_input_is_refused_stores_nothing_and_is_not_repeated(
    asking: Asking, harbour: Database, content: bytes, headers: dict[str, str], status: int, code: str
) -> None:
    said = io.StringIO()
    opened = logs.open_logs(said, level="debug")
    try:
        with metrics.fresh():
            metrics.allow("code", code)
            response = await send(asking("partner:openhand"), content, headers)
            counted = metrics.DOOR_MALFORMED.value(code=code)
            shown = metrics.render()
    finally:
        opened.close()
    assert (response.status_code, response.json()["code"], counted) == (status, code, 1)
    assert response.headers["content-type"] == "application/problem+json"
    everything = response.content + str(response.headers).encode() + said.getvalue().encode() + shown
    assert "request" in said.getvalue()
    assert CANARY.lower().encode() not in everything.lower()
    assert await rows(harbour) == (0, 0, 0)


async def rows(harbour: Database) -> tuple[int, int, int]:
    async with harbour.work("system:test") as work:
        found = [await work.value(f"select count(*) from {table}") for table in ("boat", "turned_away", "idempotency")]
    return found[0], found[1], found[2]


POINTERS = [
    ("a missing field inside", {"skipper": {}}, [("/skipper/given_name", "is required")]),
    ("a well-formed unknown name", {"colour": 1}, [("/colour", "is not a field here")]),
    ("an unknown name that may be a person's", {"skipper": {"given_name": "A", "Ada Lovelace": 1}},
     [("/skipper", "is not a field here")]),
    ("two faults at once", {"length_m": 0, "arrives": "soon"},
     [("/length_m", "is too small"), ("/arrives", "must be a date, YYYY-MM-DD")]),
    ("a validator's own words", {"length_m": 13}, [("/length_m", "must not be thirteen")]),
    ("a validator's careless words", {"length_m": 14}, [("/length_m", "is not acceptable")]),
    ("NUL inside", {"skipper": {"given_name": "A\0"}},
     [("/skipper/given_name", "must not contain NUL or half a character")]),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "pointers"), [case[1:] for case in POINTERS], ids=[case[0] for case in POINTERS])
async def test_each_fault_is_named_by_a_pointer(
    asking: Asking, changes: dict[str, Any], pointers: list[tuple[str, str]]
) -> None:
    response = await send(asking("partner:openhand"), body(**changes), {})
    assert [(error["pointer"], error["detail"]) for error in response.json()["errors"]] == pointers


async def test_a_body_is_counted_while_it_comes(asking: Asking) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(10_000):
            taken += 1024
            yield b" " * 1024

    headers = {"content-type": JSON, "idempotency-key": "k"}
    response = await asking("partner:openhand").post("/harbour/v1/boats", content=endless(), headers=headers)
    assert (response.status_code, response.headers["connection"]) == (413, "close")
    assert taken < 2 * 1024 * 1024


async def test_an_error_of_ours_shows_a_reference_and_nothing_else(
    asking: Asking, harbour: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        response = await send(asking("partner:openhand"), body(name="boom", skipper={"given_name": CANARY}), {})
    assert (response.status_code, response.json()["code"]) == (500, "unexpected")
    reference = response.json()["detail"].removeprefix("Reference ")
    assert len(reference) == 32
    assert reference in caplog.text
    assert CANARY not in response.text + caplog.text
    assert await rows(harbour) == (0, 0, 0)


async def test_what_cannot_be_made_durable_is_answered_503(asking: Asking, harbour: Database) -> None:
    response = await send(asking("partner:openhand"), body(name="keyless"), {})
    assert (response.status_code, response.json()["code"]) == (503, "unavailable")
    assert int(response.headers["retry-after"]) > 0
    assert await rows(harbour) == (0, 0, 0)


async def test_with_the_database_away_every_route_answers_503(parts: Parts, issuer: Issuer) -> None:
    away = Database.open("postgresql+asyncpg://nobody:x@127.0.0.1:1/none", service="harbour")
    transport = httpx.ASGITransport(service_app(a_service(), dataclasses.replace(parts, database=away)).asgi)
    token = issuer.token(Identity("partner", "openhand"), datetime.now(UTC))
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://harbour", headers=headers) as client:
        answers = [await send(client, body(), {}), await client.get("/harbour/visit")]
    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [(503, "unavailable")] * 2
    await away.close()


async def test_the_trace_of_the_caller_goes_on(asking: Asking) -> None:
    said, trace = io.StringIO(), "0af7651916cd43dd8448eb211c80319c"
    opened, traces = logs.open_logs(said), open_traces("harbour")
    try:
        await send(asking("partner:openhand"), body(), {"traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    finally:
        traces.close()
        opened.close()
    line = json.loads(said.getvalue().splitlines()[-1])
    assert (line["event"], line["route"], line["status"]) == ("request", "/harbour/v1/boats", 202)
    assert line["trace"] == trace
