"""What arrived, as a page for people (`/`) and as JSON for programs (`/messages`, `/messages/<id>`). Nothing here
changes anything.
"""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from deploy.local.mailbox.letters import Letters, Line
from deploy.local.mailbox.words import links, pieces, text_of

_HERE = Path(__file__).parent
_A_PAGE = 50
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


def mailbox_app(letters: Letters) -> Starlette:
    """The ASGI app. It answers to this machine's names only: a web page elsewhere could point its own name here to
    read along.
    """
    templates = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)

    async def page(request: Request) -> Response:
        return HTMLResponse(templates.get_template("page.html").render(_view(letters, request)), headers=_HEADERS)

    async def style(_: Request) -> Response:
        return FileResponse(_HERE / "page.css", media_type="text/css", headers=_HEADERS)

    async def livez(_: Request) -> Response:
        return PlainTextResponse("ok")

    return Starlette(
        routes=[
            Route("/", page),
            Route("/page.css", style),
            Route("/livez", livez),
            Route("/messages", _list(letters)),
            Route("/messages/{name}", _one(letters)),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"])],
    )


def _list(letters: Letters) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        """`recipient` (exact) and `after` (an id: only what came later) narrow the list; oldest first."""
        recipient, after = request.query_params.get("recipient"), request.query_params.get("after", "")
        found = [
            line for line in letters.lines() if line.id > after and (not recipient or recipient in line.recipients)
        ]
        return JSONResponse({"messages": [_as_json(line) for line in found]}, headers=_HEADERS)

    return answer


def _one(letters: Letters) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        """The same fields, and the text with its links."""
        name = request.path_params["name"]
        line, message = letters.line(name), letters.message(name)
        if line is None or message is None:
            return JSONResponse({"title": "no such message"}, status_code=404, headers=_HEADERS)
        text = text_of(message)
        return JSONResponse({**_as_json(line), "text": text, "links": links(text)}, headers=_HEADERS)

    return answer


def _as_json(line: Line) -> dict[str, Any]:
    at = line.at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"id": line.id, "at": at, "sender": line.sender, "recipients": line.recipients, "subject": line.subject}


def _view(letters: Letters, request: Request) -> dict[str, Any]:
    """What the page shows: the newest first, fifty at a time, narrowed by a part of the recipient."""
    to, before = request.query_params.get("to", "").strip(), request.query_params.get("before", "")
    every = letters.lines()
    found = [line for line in reversed(every) if any(to.lower() in one.lower() for one in line.recipients)]
    older = [line for line in found if not before or line.id < before]
    shown, now = older[:_A_PAGE], datetime.now(UTC)
    rows = [{"line": line, "ago": ago(now, line.at), "pieces": _body(letters, line)} for line in shown]
    more = shown[-1].id if len(older) > len(shown) else ""
    return {"rows": rows, "to": to, "more": more, "found": len(found), "total": len(every), "first": not before}


def _body(letters: Letters, line: Line) -> list[Any]:
    message = letters.message(line.id)
    return list(pieces(text_of(message))) if message is not None else []


def ago(now: datetime, then: datetime) -> str:
    """The time between, as people say it."""
    seconds = int((now - then).total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit} ago"
    return "just now"
