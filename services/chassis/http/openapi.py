"""The OpenAPI description of declared routes: schemas, examples, problems. Generated, not served yet."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.chassis.http.bodies import FORM, JSON, LINES
from services.chassis.http.problems import MEDIA_TYPE
from services.chassis.http.routes import Route

PAGE: Final = "text/html"

_HEADERS: Final = {"Idempotency-Key": "^[!-~]{1,200}$", "If-Match": '^"(0|[1-9][0-9]{0,17})"$'}
"""The form of a header that a route needs, as `bodies` reads it."""

_REF: Final = "#/components/schemas/{model}"

_PROBLEM: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457",
    "required": ["type", "title", "status", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


def operation(route: Route) -> dict[str, Any]:
    """What FastAPI cannot know of a route, because bodies are read by our own code."""
    extra: dict[str, Any] = {"parameters": _parameters(route), "responses": _responses(route)}
    taken = route.takes or route.form
    if taken is not None:
        media: dict[str, Any] = {"schema": _ref(taken.__name__)}
        if route.examples:
            media["examples"] = {name: {"value": value} for name, value in route.examples.items()}
        body = LINES if route.lines else JSON
        kinds = [kind for kind, model in ((body, route.takes), (FORM, route.form)) if model is not None]
        extra["requestBody"] = {"required": True, "content": dict.fromkeys(kinds, media)}
    if route.file is not None:
        extra["requestBody"] = {"required": True, "content": {route.file.media: {"schema": {"type": "string"}}}}
    if not route.public:
        extra["security"] = [{"bearer": []}]
        extra["x-serves"] = sorted(route.serves)
    return extra


def statuses(route: Route) -> list[int]:
    """Every status of a problem on this route: what follows from its declaration, and its own."""
    reads = route.takes is not None or route.form is not None or route.file is not None
    follows = {
        400: True,  # a query that is none
        401: not route.public,
        403: not route.public or route.same_origin,
        404: "{" in route.path,
        408: reads,
        409: route.idempotent,
        412: route.if_match,
        413: reads,
        415: reads,
        422: reads or route.idempotent or bool(route.asks),
        428: route.if_match,
        429: bool(route.counted),
        500: True,
        503: True,
    }
    return sorted({status for status, may in follows.items() if may} | set(route.also))


def _responses(route: Route) -> dict[str, Any]:
    """The answer, and every problem by its status."""
    problem: dict[str, Any] = {MEDIA_TYPE: {"schema": _ref("Problem")}}
    if route.page:
        problem[PAGE] = {"schema": {"type": "string"}}
    said = {str(status): _said(status, problem) for status in statuses(route)}
    return {**said, str(route.status): _done(route)}


def _said(status: int, problem: dict[str, Any]) -> dict[str, Any]:
    """A problem; or one of the answers that lead on and have no content."""
    phrase = HTTPStatus(status).phrase
    return {"description": phrase} if status < HTTPStatus.BAD_REQUEST else {"description": phrase, "content": problem}


def _done(route: Route) -> dict[str, Any]:
    """The answer when all went well; a redirection has no content."""
    if route.status >= HTTPStatus.MULTIPLE_CHOICES or route.status == HTTPStatus.NO_CONTENT:
        return {"description": HTTPStatus(route.status).phrase}
    if route.page:
        return {"description": "A page", "content": {PAGE: {"schema": {"type": "string"}}}}
    if route.gives:
        return {"description": "Done", "content": {route.gives: {"schema": {"type": "string"}}}}
    schema = _ref(route.answers.__name__) if route.answers is not None else {"type": "object"}
    return {"description": "Done", "content": {LINES if route.lines else JSON: {"schema": schema}}}


def components(routes: Sequence[Route]) -> dict[str, Any]:
    """Schemas of every model the routes name, the problem document, the bearer scheme."""
    taken = {model for route in routes for model in (route.takes, route.form) if model is not None}
    given = {route.answers for route in routes if route.answers is not None}
    models: list[tuple[type[BaseModel], Any]] = [
        *((model, "validation") for model in sorted(taken, key=_name)),
        *((model, "serialization") for model in sorted(given - taken, key=_name)),
    ]
    _, definitions = models_json_schema(models, ref_template=_REF)
    return {
        "schemas": {"Problem": _PROBLEM, **definitions.get("$defs", {})},
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    }


def _parameters(route: Route) -> list[dict[str, Any]]:
    names = [part[1:-1] for part in route.path.split("/") if part.startswith("{")]
    path = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]
    needed = {"Idempotency-Key": route.idempotent, "If-Match": route.if_match}
    headers = [
        {"name": name, "in": "header", "required": True, "schema": {"type": "string", "pattern": pattern}}
        for name, pattern in _HEADERS.items()
        if needed[name]
    ]
    return (
        path
        + headers
        + [
            {"name": name, "in": "query", "required": False, "description": says, "schema": {"type": "string"}}
            for name, says in route.asks.items()
        ]
    )


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}


def _name(model: type[BaseModel]) -> str:
    return model.__name__
