"""The OpenAPI description of a service's declared routes, whole and without a server (OpenAPI 3.1)."""

from collections.abc import Sequence
from typing import Any

from services.chassis.http.openapi import components, operation
from services.chassis.http.routes import Route


def description(service: str, routes: Sequence[Route]) -> dict[str, Any]:
    """The document: an operation a route, every schema it names, problems as RFC 9457 has them."""
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = {
            "operationId": _operation_id(route),
            "summary": route.summary,
            "description": f"Whose data: {route.whose}.",
            **operation(route),
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Baton {service}", "version": "1"},
        "paths": paths,
        "components": components(routes),
    }


def _operation_id(route: Route) -> str:
    words = [part.strip("{}").replace("-", "_").replace(".", "_") for part in route.path.split("/") if part]
    return "_".join([route.method.lower(), *words])
