"""The short way to a declared route: no middleware, no dependencies, nothing between the door and its endpoint.

FastAPI's own way there costs a tenth of a request, for what our endpoints do themselves or forbid.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.endpoint import Endpoint
from services.chassis.http.files import Files
from services.chassis.http.lines import Lines


class Straight:
    """Finds the first declared route of that method and path; all else is left to the app behind (404, 405)."""

    def __init__(self, endpoints: Sequence[Endpoint | Lines | Files], otherwise: ASGIApp) -> None:
        self._endpoints = [(one.route.method, compile_path(one.route.path)[0], one) for one in endpoints]
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        method, path = scope["method"], scope["path"]
        for served, pattern, endpoint in self._endpoints:
            if served == method and (found := pattern.match(path)):
                scope["route"], scope["path_params"] = endpoint.route, found.groupdict()
                response = await endpoint.respond(Request(scope, receive))
                await response(scope, receive, send)
                return
        await self._otherwise(scope, receive, send)
