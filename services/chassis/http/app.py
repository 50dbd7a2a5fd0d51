"""A service's routes as an ASGI app. FastAPI describes them and answers for what is none; the reading is our own."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from re import Pattern
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import compile_path
from starlette.types import ASGIApp

from services.chassis.http.description import description
from services.chassis.http.door import Door
from services.chassis.http.endpoint import Endpoint
from services.chassis.http.files import Files
from services.chassis.http.idempotency import PURPOSE
from services.chassis.http.lines import Lines
from services.chassis.http.problems import Problem
from services.chassis.http.record import allow_labels
from services.chassis.http.responses import problem_response
from services.chassis.http.routes import Route, fault_in
from services.chassis.http.straight import Straight
from services.chassis.http.validation import forbids_unknown
from services.chassis.service import Parts, Service

_DECLARED: Final = "baton_route"

_NO_TELEMETRY: Final = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
"""FastAPI's own would record exception messages and stack traces, and both hold input."""


class UndeclaredRoute(ValueError):
    """A route that does not say whom it serves and whose data it touches, or says it wrongly."""


@dataclass(frozen=True, slots=True)
class ServiceApp:
    """One service's app and the URL prefixes that lead to it."""

    prefixes: tuple[str, ...]
    asgi: ASGIApp
    api: FastAPI
    """the app inside the door, for tests and the OpenAPI description"""


def service_app(service: Service, parts: Parts) -> ServiceApp:
    """The app of a service's declared routes.

    Raises:
        UndeclaredRoute: a declaration is missing or cannot be served.
    """
    api = FastAPI(
        title=f"Baton {service.name}",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        telemetry=_NO_TELEMETRY,  # type: ignore[arg-type] # a TypedDict FastAPI keeps private halves of
    )
    endpoints = [_checked(route, service, parts) for route in service.routes]
    for endpoint in endpoints:
        _add(api, endpoint.route, endpoint)
    if undeclared := undeclared_routes(api):
        raise UndeclaredRoute(", ".join(undeclared))
    api.add_exception_handler(HTTPException, _refusal([(compile_path(r.path)[0], r.method) for r in service.routes]))
    if any(route.idempotent or route.lines for route in service.routes):
        parts.keys.require(PURPOSE)
    api.openapi = cache(partial(description, service.name, service.routes))  # type: ignore[method-assign] # asked for in tests
    allow_labels(service.name, service.routes)
    return ServiceApp(service.prefixes, Door(Straight(endpoints, api), service.name), api)


def _checked(route: Route, service: Service, parts: Parts) -> Endpoint | Lines | Files:
    if fault := fault_in(route, service.prefixes) or _open_model(route):
        raise UndeclaredRoute(f"{route.name} {fault}")
    if route.file is not None:
        return Files(route, route.file, service, parts)
    return Lines(route, service, parts) if route.lines else Endpoint(route, service, parts)


def undeclared_routes(api: FastAPI) -> list[str]:
    """Paths the app would answer without a declaration behind them: default deny."""
    declared = [getattr(getattr(route, "endpoint", None), _DECLARED, None) for route in api.routes]
    return [
        getattr(route, "path", "?") for route, known in zip(api.routes, declared, strict=True) if not _is(route, known)
    ]


def _open_model(route: Route) -> str | None:
    """A model that takes fields nobody declared would store what nobody asked for."""
    taken = route.takes or route.form
    return None if taken is None or forbids_unknown(taken) else 'takes unknown fields: every model needs extra="forbid"'


def _is(route: object, declared: Route | None) -> bool:
    return (
        isinstance(route, APIRoute)
        and declared is not None
        and (route.path, route.methods) == (declared.path, {declared.method})
    )


def _add(api: FastAPI, route: Route, endpoint: Endpoint | Lines | Files) -> None:
    async def respond(request: Request) -> Response:
        return await endpoint.respond(request)

    setattr(respond, _DECLARED, route)
    api.add_api_route(
        route.path,
        respond,
        methods=[route.method],
        status_code=route.status,
        response_class=Response,
        response_model=None,
    )


def _refusal(patterns: Sequence[tuple[Pattern[str], str]]) -> Callable[[Request, Any], Awaitable[Response]]:
    """404 and 405 of the router as problems; Allow names every method of the path, not only the first route's."""

    async def refuse(request: Request, _error: HTTPException) -> Response:
        methods = {method for pattern, method in patterns if pattern.match(request.scope["path"])}
        if not methods:
            return problem_response(Problem(404, "not_found"), request.headers)
        allow = ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))
        return problem_response(Problem(405, "method_not_allowed", headers={"allow": allow}), request.headers)

    return refuse
