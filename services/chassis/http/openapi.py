"""The OpenAPI description of declared routes: schemas, examples, problems. Generated, not served yet."""

from collections.abc import Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from services.chassis.http.bodies import FORM, JSON, LINES
from services.chassis.http.problems import MEDIA_TYPE
from services.chassis.http.routes import Route

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
    extra: dict[str, Any] = {
        "parameters": _parameters(route),
        "responses": {"default": {"description": "Problem", "content": {MEDIA_TYPE: {"schema": _ref("Problem")}}}},
    }
    if route.answers is not None:
        content = {LINES if route.lines else JSON: {"schema": _ref(route.answers.__name__)}}
        extra["responses"]["200"] = {"description": "Done", "content": content}
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
    headers = [name for name, needed in (("Idempotency-Key", route.idempotent), ("If-Match", route.if_match)) if needed]
    return path + [{"name": name, "in": "header", "required": True, "schema": {"type": "string"}} for name in headers]


def _ref(name: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=name)}


def _name(model: type[BaseModel]) -> str:
    return model.__name__
