"""One request to an app as the server would hand it over, without a port."""

import asyncio
from typing import Any
from urllib.parse import unquote

from requests import PreparedRequest
from schemathesis.core.transport import Response
from starlette.types import ASGIApp, Message

SECONDS = 30.0


async def answered(app: ASGIApp, request: PreparedRequest) -> Response:
    """The answer, with the request it is to."""
    body = request.body or b""
    scope, sent = _scope(request), list[Message]()
    waiting = [{"type": "http.request", "body": body.encode() if isinstance(body, str) else body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    async with asyncio.timeout(SECONDS):
        await app(scope, receive, send)
    return _response(request, sent)


def _scope(request: PreparedRequest) -> dict[str, Any]:
    """As uvicorn makes it: the path decoded, the query as it came."""
    path, _, query = str(request.path_url).partition("?")
    headers = [(name.lower().encode("latin-1"), _bytes(value)) for name, value in request.headers.items()]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "server": ("baton", 80),
        "client": ("127.0.0.1", 1),
        "scheme": "http",
        "method": str(request.method),
        "root_path": "",
        "path": unquote(path),
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
    }


def _bytes(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("utf-8", "surrogateescape")


def _response(request: PreparedRequest, sent: list[Message]) -> Response:
    start = next(one for one in sent if one["type"] == "http.response.start")
    headers: dict[str, list[str]] = {}
    for name, value in start["headers"]:
        headers.setdefault(name.decode(), []).append(value.decode("latin-1"))
    content = b"".join(one.get("body", b"") for one in sent if one["type"] == "http.response.body")
    return Response(
        status_code=start["status"], headers=headers, content=content, request=request, elapsed=0.0, verify=False
    )
