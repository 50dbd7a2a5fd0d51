"""The routes of this room."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

from pydantic import BaseModel

from services.chassis.auth.identity import Kind
from services.chassis.http.routes import Answer, Call, Route
from services.intake.webhooks.api import endpoints
from services.intake.webhooks.api.bodies import EndpointsShown, NewEndpoint, Replayed, ReplayFrom, Secret, TestSent

CODES: Final = (endpoints.TOO_MANY,)
"""Problems of this room, besides the chassis' own."""

_PATH: Final = "/intake/v1/webhooks"
_ONE: Final = f"{_PATH}/{{endpoint}}"
_NEW: Final = {"everything": {"url": "https://hooks.openhand.example/baton"}}
_SINCE: Final = {"since a morning": {"since": "2026-03-01T08:00:00Z"}}

Run = Callable[[Call[Any]], Awaitable[Answer]]


def webhook_routes() -> tuple[Route, ...]:
    """Endpoints: made, listed, rotated, enabled, tried, told again, removed."""
    return (
        _route("GET", _PATH, endpoints.list_endpoints, "Own endpoints and how each does", answers=EndpointsShown),
        _route("POST", _PATH, endpoints.create, "A new endpoint; shows its secret once", NewEndpoint, Secret, _NEW,
               status=201, also=(409,)),
        _route("DELETE", _ONE, endpoints.remove, "Remove an endpoint", status=204),
        _route("POST", f"{_ONE}/rotate", endpoints.rotate, "A new secret; both sign for a day", answers=Secret),
        _route("POST", f"{_ONE}/enable", endpoints.enable, "Enable a disabled endpoint", status=204),
        _route("POST", f"{_ONE}/test", endpoints.send_test, "Send a test event", answers=TestSent, status=202),
        _route("POST", f"{_ONE}/replay", endpoints.replay_since, "Tell again since", ReplayFrom, Replayed, _SINCE,
               status=202),
    )  # fmt: skip


def _route(
    method: str,
    path: str,
    run: Run,
    summary: str,
    takes: type[BaseModel] | None = None,
    answers: type[BaseModel] | None = None,
    examples: dict[str, Any] | None = None,
    **more: Any,
) -> Route:
    return Route(
        method,
        path,
        run,
        serves=frozenset[Kind]({"partner"}),
        whose="the calling partner's own webhook endpoints",
        summary=summary,
        takes=takes,
        answers=answers,
        examples=examples or {},
        **more,
    )
