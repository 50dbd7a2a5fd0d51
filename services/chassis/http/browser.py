"""What is asked by a browser with cookies: from our own pages only, and never lost for want of a fresh token.

A browser sends cookies along with what other sites ask of it. So whatever changes something and is let in by a cookie
must come from our own origin: by `Sec-Fetch-Site`, which no script can set, or by `Origin` where a browser is too old.
"""

from html import escape
from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.http import bodies
from services.chassis.http.problems import Problem
from services.chassis.http.responses import page_headers, wants_page
from services.chassis.http.routes import Route

REFRESH: Final = "/sign-in/refresh"
_SIGN_IN: Final = "/sign-in"
_UNAUTHORIZED: Final = 401
_NOBODY: Final = "not_signed_in"

_AGAIN: Final = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signed out</title></head><body><main>'
    "<h1>You were signed out</h1><p>What you filled in is still here. Sign in again in another tab, then send it.</p>"
    '<p><a href="{sign_in}" target="_blank" rel="noopener">Sign in again</a></p>'
    '<form method="post" action="{action}">{fields}<button>Send again</button></form></main></body></html>'
)


def require_same_origin(headers: Headers, public_url: str) -> None:
    """Refuse what a page of another origin had the browser ask.

    Raises:
        Problem: 403; also where neither header says where it came from.
    """
    site = headers.get("sec-fetch-site")
    if site == "same-origin" or (site is None and headers.get("origin") == public_url.rstrip("/")):
        return
    raise Problem(403, "cross_site", detail="This can be asked from Baton's own pages only")


async def signed_out(request: Request, route: Route, problem: Problem, public_url: str) -> Response | None:
    """What a browser gets for 401: the way through `/sign-in/refresh`, or the form it sent, to be sent again.

    None where the problem itself is the answer: a client with a header of its own, a script, a form of another site.
    """
    headers = request.headers
    if problem.code != _NOBODY or route.public or "authorization" in headers or not wants_page(headers):
        return None
    if route.method == "GET":
        return Response(status_code=303, headers={"location": f"{REFRESH}?next={quote(_target(request), safe='')}"})
    if route.form is None:
        return None
    try:
        require_same_origin(headers, public_url)
        bodies.require_media_type(headers, bodies.FORM)
        fields = bodies.form_fields(await bodies.read_bytes(headers, request.receive, route.limit))
    except Problem:
        return None
    return Response(_page(request, fields), _UNAUTHORIZED, page_headers() | dict(problem.headers))


def _page(request: Request, fields: dict[str, str]) -> bytes:
    """The values go back to whoever sent them, and nowhere else."""
    hidden = "".join(f'<input type="hidden" name="{escape(n)}" value="{escape(text)}">' for n, text in fields.items())
    return _AGAIN.format(sign_in=_SIGN_IN, action=escape(_target(request)), fields=hidden).encode()


def _target(request: Request) -> str:
    query = request.scope["query_string"].decode("ascii", "replace")
    return quote(request.scope["path"]) + (f"?{query}" if query else "")
