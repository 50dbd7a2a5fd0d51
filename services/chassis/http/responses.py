"""Answers and problems as bytes: media types, and the headers every response carries."""

import json
from collections.abc import Mapping
from html import escape
from typing import Any, Final

from pydantic import BaseModel
from pydantic_core import to_json
from starlette.datastructures import Headers
from starlette.responses import Response

from services.chassis.http.bodies import JSON
from services.chassis.http.idempotency import Stored
from services.chassis.http.problems import MEDIA_TYPE, Problem
from services.chassis.http.routes import Answer

HTML: Final = "text/html; charset=utf-8"

_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

SECURITY_HEADERS: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _API_POLICY.encode()),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""On every response that does not say otherwise itself; a page brings its own policy."""

_PAGE: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><main><h1>{title}</h1><p>{detail}</p>{errors}</main></body></html>"
)


def rendered(answer: Answer) -> Stored:
    """An answer as it is sent and, on an idempotent route, kept."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.page is not None:
        return Stored(answer.status, headers | page_headers(), answer.page.encode(), answer.cookies)
    if answer.content is not None:
        return Stored(answer.status, headers, answer.content)
    if answer.body is None:
        return Stored(answer.status, headers, b"", answer.cookies)
    return Stored(answer.status, {"content-type": _media_type(answer.body)} | headers, _body(answer.body))


def response_of(stored: Stored) -> Response:
    """A stored answer as a response; the same bytes each time."""
    response = Response(stored.body, status_code=stored.status, headers=dict(stored.headers))
    response.raw_headers.extend((b"set-cookie", line.encode("ascii")) for line in stored.cookies)
    return response


def problem_response(problem: Problem, headers: Headers) -> Response:
    """A problem as JSON, or as a bare page for somebody whose browser asked for one."""
    if wants_page(headers):
        return Response(_problem_page(problem), problem.status, {**page_headers(), **problem.headers})
    return Response(
        json.dumps(problem.body()).encode(), problem.status, {"content-type": MEDIA_TYPE, **problem.headers}
    )


def page_headers() -> dict[str, str]:
    """What every page carries: its type, and what it may load."""
    return {"content-type": HTML, "content-security-policy": _PAGE_POLICY}


def _media_type(body: BaseModel | Mapping[str, Any]) -> str:
    is_problem = isinstance(body, Mapping) and str(body.get("type", "")).startswith("/problems/")
    return MEDIA_TYPE if is_problem else JSON


def _body(body: BaseModel | Mapping[str, Any]) -> bytes:
    return body.model_dump_json().encode() if isinstance(body, BaseModel) else to_json(body)


def wants_page(headers: Headers) -> bool:
    """Whether somebody looks at the answer."""
    accept = headers.get("accept", "")
    return "text/html" in accept and JSON not in accept


def _problem_page(problem: Problem) -> bytes:
    items = "".join(f"<li>{escape(pointer)} {escape(says)}</li>" for pointer, says in problem.pointers)
    detail = escape(problem.detail or "")
    return _PAGE.format(
        title=escape(problem.title), detail=detail, errors=f"<ul>{items}</ul>" if items else ""
    ).encode()
