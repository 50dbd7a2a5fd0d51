"""The outermost layer of a service's app: security headers, the access line, and no exception to the server.

An exception that reached the server would be logged there with its traceback, and texts of errors hold input.
"""

import asyncio
import time
from typing import Final
from uuid import uuid4

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.chassis.http.endpoint import TRACE
from services.chassis.http.problems import Problem, Unavailable
from services.chassis.http.record import UNMATCHED, record_failure, record_request
from services.chassis.http.responses import SECURITY_HEADERS, problem_response

_CLIENT_GONE: Final = 499


class Door:
    """Wraps one service's app; takes HTTP only."""

    def __init__(self, app: ASGIApp, service: str) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; HEAD is GET without the body (RFC 9110, 9.3.2)."""
        if scope["type"] != "http":
            return
        method = scope["method"]
        response = _Watched(send, head=method == "HEAD")
        inner = {**scope, "method": "GET"} if response.head else dict(scope)
        started = time.perf_counter()
        await self._inside(inner, receive, response)
        seconds = time.perf_counter() - started
        record_request(self._service, method, _template(inner), response.status, seconds, inner.get(TRACE))

    async def _inside(self, scope: Scope, receive: Receive, response: "_Watched") -> None:
        try:
            await self._app(scope, receive, response.send)
        except ClientDisconnect:
            response.status = response.status or _CLIENT_GONE
        except asyncio.CancelledError:  # the server is stopping; what ran is rolled back, and may be asked again
            if not response.status:
                await problem_response(Unavailable(), Headers(scope=scope))(scope, receive, response.send)
        except Exception as error:
            reference = uuid4().hex
            record_failure(_template(scope), error, reference)
            if not response.status:
                problem = Problem(500, "unexpected", detail=f"Reference {reference}")
                await problem_response(problem, Headers(scope=scope))(scope, receive, response.send)


def _template(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", UNMATCHED))


class _Watched:
    """What is sent, with the security headers on it and its status remembered; without a body for HEAD."""

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send = send
        self.head = head
        self.status = 0

    async def send(self, message: Message) -> None:
        """Pass one message on."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own = {name.lower() for name, _ in message["headers"]}
            more = [pair for pair in SECURITY_HEADERS if pair[0] not in own]
            message = {**message, "headers": [*message["headers"], *more]}
        elif self.head and message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self._send(message)
