"""On a real socket: a free port, a body that is too large, a stop that ends in time."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.app import ServiceApp
from services.chassis.http.door import Door
from services.chassis.http.server import serve_http
from tests.chassis.http.conftest import Asking
from tests.chassis.http.harbour import a_boat


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[str]:
    port, stop = await serve_http(app, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{port}"
    await stop()


async def test_it_serves_on_a_free_port_and_gives_it_back(
    app: ServiceApp, asking: Asking, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        async with served(app.asgi) as origin, httpx.AsyncClient() as client:
            headers = {**asking("partner:openhand").headers, "idempotency-key": "k"}
            made = await client.post(f"{origin}/harbour/v1/boats?secret=1", json=a_boat(), headers=headers)
            seen = await client.get(f"{origin}{made.headers['location']}", headers=headers)
    assert (made.status_code, seen.status_code, seen.json()["name"]) == (202, 200, "Pilot")
    assert "secret" not in caplog.text
    with pytest.raises(httpx.ConnectError):
        await asyncio.to_thread(httpx.get, origin)


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_that_is_too_large_still_gets_its_answer(app: ServiceApp, asking: Asking, announced: bool) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(300):
            yield b"x" * 1024

    headers = {**asking("partner:openhand").headers, "idempotency-key": "k", "content-type": "application/json"}
    async with served(app.asgi) as origin, httpx.AsyncClient() as client:
        content = b"x" * 300 * 1024 if announced else parts()
        response = await client.post(f"{origin}/harbour/v1/boats", content=content, headers=headers)
    assert (response.status_code, response.json()["code"]) == (413, "too_large")
    assert response.headers["connection"] == "close"


async def test_two_on_one_port_is_an_error(app: ServiceApp) -> None:
    port, stop = await serve_http(app.asgi, "127.0.0.1", 0)
    with pytest.raises(OSError, match="in use"):
        await serve_http(app.asgi, "127.0.0.1", port)
    await stop()


async def test_stop_lets_a_request_end_and_cuts_one_that_does_not() -> None:
    async def app(scope: Scope, _receive: Receive, send: Send) -> None:
        await asyncio.sleep(0.5 if scope["path"] == "/short" else 60)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    port, stop = await serve_http(Door(app, "slow"), "127.0.0.1", 0)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        short, long = asyncio.create_task(client.get("/short")), asyncio.create_task(client.get("/long"))
        await asyncio.sleep(0.2)
        started = time.monotonic()
        await stop()
        assert time.monotonic() - started < 5.5
        assert (await short).status_code == 204
        assert ((await long).status_code, (await long).json()["code"]) == (503, "unavailable")
