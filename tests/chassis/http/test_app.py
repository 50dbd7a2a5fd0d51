"""The app around the routes: commands by tag, forms, pages, methods, headers, the OpenAPI description."""

import json

import httpx
import pytest

from services.chassis.database import Database
from services.chassis.http.app import ServiceApp
from services.chassis.telemetry import metrics
from tests.chassis.http.conftest import Asking
from tests.chassis.http.harbour import a_boat

TAGS: list[tuple[list[str], int, str]] = [
    ([], 428, "if_match_missing"),
    (['"1"'], 204, ""),
    (['"2"'], 412, "conflict"),
    (['W/"1"'], 400, "if_match_invalid"),
    (["*"], 400, "if_match_invalid"),
    (["1"], 400, "if_match_invalid"),
    (['"1", "2"'], 400, "if_match_invalid"),
    (['"01"'], 400, "if_match_invalid"),
    (['"-1"'], 400, "if_match_invalid"),
    (['"1"', '"1"'], 400, "if_match_invalid"),
    (['"' + "9" * 30 + '"'], 400, "if_match_invalid"),
]


async def a_boat_in(harbour: Database) -> str:
    async with harbour.work("system:test") as work:
        return str(await work.value("insert into boat (partner, name) values ('openhand', 'Pilot') returning id"))


@pytest.mark.parametrize(("tags", "status", "code"), TAGS)
async def test_a_command_needs_the_tag_of_what_was_read(
    asking: Asking, harbour: Database, tags: list[str], status: int, code: str
) -> None:
    boat = await a_boat_in(harbour)
    headers = [("if-match", tag) for tag in tags]
    response = await asking("staff:ines").put(f"/harbour/v1/boats/{boat}", json={"name": "B"}, headers=headers)
    assert (response.status_code, response.json()["code"] if response.content else "") == (status, code)
    seen = await asking("staff:ines").get(f"/harbour/v1/boats/{boat}")
    assert (seen.json()["name"], seen.headers["etag"]) == (("B", '"2"') if status == 204 else ("Pilot", '"1"'))


FORMS: list[tuple[str, int, str]] = [
    ("crew=3", 303, ""),
    ("crew=3&note=", 303, ""),
    ("crew=3&note=two+words%21", 303, ""),
    ("crew=three", 422, "field_invalid"),
    ("crew=0", 422, "field_invalid"),
    ("", 422, "field_invalid"),
    ("crew=3&crew=4", 400, "body_malformed"),
    ("crew=3&Ada+Lovelace=1", 422, "field_invalid"),
    ("crew=3&note=%00", 422, "field_invalid"),
    ("crew=3&note=%ff", 400, "body_malformed"),
    ("crew", 400, "body_malformed"),
    ("&".join(f"f{n}=1" for n in range(200)), 400, "body_malformed"),
    ("note=" + "x" * 70 * 1024, 413, "too_large"),
]


@pytest.mark.parametrize(("form", "status", "code"), FORMS)
async def test_a_form_is_read_as_strictly_as_json(asking: Asking, form: str, status: int, code: str) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    response = await asking(None).post("/harbour/visit", content=form, headers=headers)
    assert (response.status_code, response.json()["code"] if response.content else "") == (status, code)
    assert "Lovelace" not in response.text


@pytest.mark.parametrize(
    ("body", "status"), [({"crew": 3}, 303), ({"crew": "3"}, 422), ({"crew": 3, "x": 1}, 422), ([], 422)]
)
async def test_where_either_is_taken_the_media_type_decides(asking: Asking, body: object, status: int) -> None:
    response = await asking(None).post("/harbour/visit", json=body)
    assert response.status_code == status
    assert (await asking(None).post("/harbour/visit", content=b"<x/>")).status_code == 415


async def test_a_browser_is_answered_with_a_page_that_may_run_no_inline_script(asking: Asking) -> None:
    headers = {"accept": "text/html,*/*;q=0.8"}
    page = await asking(None).get("/harbour/visit?a=1&b=2", headers=headers)
    refused = await asking(None).get("/harbour/v1/whoami", headers=headers | {"authorization": "Bearer none"})
    assert (page.status_code, page.text) == (200, "<!doctype html><title>Harbour</title><p>2 asked</p>")
    assert (refused.status_code, refused.text.count("<h1>")) == (401, 1)
    for response in (page, refused):
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        assert "script-src 'self'" in policy


METHODS = [
    ("OPTIONS", "/harbour/v1/boats", 405, "POST"),
    ("GET", "/harbour/v1/boats", 405, "POST"),
    ("DELETE", "/harbour/v1/boats/1", 405, "GET, HEAD, PUT"),
    ("TRACE", "/harbour/visit", 405, "GET, HEAD, POST"),
    ("HEAD", "/harbour/v1/boats", 405, "POST"),
    ("GET", "/harbour/nothing", 404, None),
    ("POST", "/harbour/visit/", 404, None),
    ("GET", "/docs", 404, None),
    ("GET", "/openapi.json", 404, None),
]


@pytest.mark.parametrize(("method", "path", "status", "allow"), METHODS)
async def test_what_is_not_declared_is_a_problem(
    asking: Asking, method: str, path: str, status: int, allow: str | None
) -> None:
    response = await asking("partner:openhand").request(method, path)
    assert (response.status_code, response.headers.get("allow")) == (status, allow)
    assert response.headers["content-type"] == "application/problem+json"
    if method != "HEAD":
        assert response.json()["status"] == status


async def test_head_is_get_without_the_body(asking: Asking, harbour: Database) -> None:
    path = f"/harbour/v1/boats/{await a_boat_in(harbour)}"
    got, head = await asking("partner:openhand").get(path), await asking("partner:openhand").head(path)
    assert (head.status_code, head.content, head.headers) == (200, b"", got.headers)


async def answers_of_every_sort(asking: Asking) -> list[httpx.Response]:
    client = asking("partner:openhand")
    made = await client.post("/harbour/v1/boats", json=a_boat(), headers={"idempotency-key": "k"})
    return [
        made,
        await client.get("/nowhere"),
        await client.get(made.headers["location"]),
        await client.get("/harbour/visit"),
    ]


async def test_every_answer_carries_the_security_headers(asking: Asking) -> None:
    answers = await answers_of_every_sort(asking)
    assert [answer.status_code for answer in answers] == [202, 404, 200, 200]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers


async def test_requests_are_counted_by_template(asking: Asking, app: ServiceApp) -> None:
    with metrics.fresh():
        metrics.allow("service", "harbour")
        metrics.allow("route", "/harbour/v1/boats/{boat}", "unmatched")
        for path in ("/harbour/v1/boats/1?q=Ada", "/harbour/v1/boats/Ada", "/harbour/Ada"):
            await asking("partner:openhand").get(path)
        shown = metrics.render().decode()
    assert 'baton_http_requests_total{route="/harbour/v1/boats/{boat}",service="harbour",status="4xx"} 2.0' in shown
    assert 'route="unmatched"' in shown
    assert "Ada" not in shown


def test_the_description_is_complete_in_itself(app: ServiceApp) -> None:
    document = app.api.openapi()
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}:
        assert reference in document["components"]["schemas"]
    post = document["paths"]["/harbour/v1/boats"]["post"]
    assert post["requestBody"]["content"]["application/json"]["examples"] == {"small": {"value": {"name": "Pilot"}}}
    assert document["components"]["schemas"]["Boat"]["additionalProperties"] is False
    assert [parameter["name"] for parameter in post["parameters"]] == ["Idempotency-Key"]
    assert "default" not in post["responses"]
