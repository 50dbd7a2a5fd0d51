"""One origin for all services, and the machine's own address."""

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.admin import admin_app
from services.chassis.http.app import ServiceApp
from services.chassis.http.dispatch import all_apps


def saying(name: str, *prefixes: str) -> ServiceApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse(name)(scope, receive, send)

    return ServiceApp(prefixes, app, FastAPI())


async def get(app: ASGIApp, path: str) -> httpx.Response:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://baton") as client:
        return await client.get(path)


@pytest.mark.parametrize(
    ("path", "who"),
    [
        ("/desk", "desk"),
        ("/desk/v1/queue?x=1", "desk"),
        ("/desk/boards/1", "boards"),
        ("/desktop", None),
        ("/r/flyer", "intake"),
        ("/r", "intake"),
        ("/reports", None),
        ("/", None),
    ],
)
async def test_the_longest_prefix_decides_by_whole_segments(path: str, who: str | None) -> None:
    app = all_apps([saying("desk", "/desk"), saying("intake", "/intake", "/r/"), saying("boards", "/desk/boards")])
    response = await get(app, path)
    assert (response.status_code, response.text if who else None) == ((200, who) if who else (404, None))
    if who is None:
        assert response.json()["type"] == "/problems/not_found"
        assert response.headers["cache-control"] == "no-store"


def test_two_services_cannot_claim_one_prefix() -> None:
    with pytest.raises(ValueError, match="prefix"):
        all_apps([saying("a", "/x"), saying("b", "/x")])


async def test_the_admin_pages_say_what_is_wrong() -> None:
    wrong: dict[str, str] = {}
    app = admin_app(live=dict, ready=lambda: wrong, metrics=lambda: b"baton_up 1\n")
    assert [(await get(app, path)).status_code for path in ("/livez", "/readyz", "/metrics")] == [200, 200, 200]
    wrong["kafka"] = "away"
    live, ready, metrics, other = [await get(app, path) for path in ("/livez", "/readyz", "/metrics", "/x")]
    assert (live.status_code, ready.status_code, other.status_code) == (200, 503, 404)
    assert ready.json() == {"status": "wrong", "wrong": {"kafka": "away"}}
    assert (metrics.text, metrics.headers["content-type"]) == (
        "baton_up 1\n",
        "text/plain; version=0.0.4; charset=utf-8",
    )
