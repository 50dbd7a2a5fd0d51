"""/livez, /readyz, /metrics: for the machine's own eyes, on an address of their own, never through the gateway."""

import json
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.chassis.http.problems import NotFound
from services.chassis.http.responses import problem_response

Wrong = Callable[[], Mapping[str, str]]
"""What is wrong now, by part, in closed words; empty when all is well."""

_METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def admin_app(*, live: Wrong, ready: Wrong, metrics: Callable[[], bytes]) -> ASGIApp:
    """200 where nothing is wrong, else 503 naming the parts; the metrics in Prometheus' text form."""

    def answer(path: str, request: Request) -> Response:
        if path == "/metrics":
            return Response(metrics(), media_type=_METRICS_TYPE)
        if path in ("/livez", "/readyz"):
            wrong = dict(live() if path == "/livez" else ready())
            body = json.dumps({"status": "wrong" if wrong else "ok", "wrong": wrong})
            return Response(body, status_code=503 if wrong else 200, media_type="application/json")
        return problem_response(NotFound(), request.headers)

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            await answer(scope["path"], Request(scope))(scope, receive, send)

    return app
