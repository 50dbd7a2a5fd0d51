"""What a service says about its HTTP door: routes, calls and answers. Default deny, whose data, in words."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel

from services.chassis.auth.identity import Identity, Kind
from services.chassis.http.problems import NotFound, Problem

if TYPE_CHECKING:  # service.py names Route, so the other way is for type checkers only
    from services.chassis.service import Parts
    from services.chassis.work import Work

B = TypeVar("B")

BODY_LIMIT: Final = 64 * 1024
"""Bytes of a request body (privacy.md, "Input"); batch and file doors state their own."""


@dataclass(slots=True)
class Call(Generic[B]):
    """One request, authenticated and validated, inside the one `Work` that is committed after `run` returned."""

    work: Work
    identity: Identity | None
    """None on a public route only"""
    body: B
    """an instance of `Route.takes` or `Route.form`; None where the route takes neither"""
    path: Mapping[str, str]
    query: Mapping[str, str]
    """each name once; a service validates the values"""
    if_match: int | None
    """the version in If-Match; a number on every route with `if_match`"""
    refused_before: str | None
    """the code the same key and body were refused with before: the same code again says no second fact"""
    parts: Parts
    traceparent: str | None = None
    """of this request; where several are done together there is no current one"""
    session: str | None = None
    """the secret of a person's session; a browser sends it below `/sign-in` only"""

    @property
    def caller(self) -> Identity:
        """Who is asking, on a route that is not public."""
        if self.identity is None:
            raise RuntimeError("a public route has no caller")
        return self.identity

    def uuid(self, name: str) -> UUID:
        """A path parameter as the id it must be; anything else does not exist (404)."""
        try:
            return UUID(self.path[name])
        except ValueError:
            raise NotFound from None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a route answers. Returned: committed, whatever the status; to undo, raise a `Problem`."""

    status: int = 200
    body: BaseModel | Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    refused: str | None = None
    """code of a refusal that stays (its fact is committed); the same key and body are judged anew"""
    page: str | None = None
    """an HTML document instead of a body"""
    cookies: tuple[str, ...] = ()
    """Set-Cookie lines, with a page or without a body"""
    content: bytes | None = None
    """a document of another kind instead of a body; `headers` say its media type"""


Together = Callable[[Sequence[Call[Any]]], Awaitable[Sequence["Answer | Problem"]]]
"""Several calls of one identity in one `Work`: an outcome a call, in their order. A problem is answered where nothing
was written for that call; raising undoes everything, and each call is done alone (`Apart`, or any error of one call).
"""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file on its way in: who sends it, and its bytes, each to be read once and none of them kept by the chassis."""

    identity: Identity
    path: Mapping[str, str]
    query: Mapping[str, str]
    pieces: AsyncIterator[bytes]
    run: Callable[[Callable[[Work], Awaitable[None]]], Awaitable[None]]
    """does something in a `Work` of its own that sees what the sender may see; never while a piece is waited for"""
    parts: Parts


@dataclass(frozen=True, slots=True)
class FileBody:
    """A body that is not JSON and not held in memory. What `keep` makes of it is the body of the route's call."""

    media: str
    keep: Callable[[Upload], Awaitable[BaseModel]]
    """reads the pieces to their end; whatever it raises, it has left nothing behind"""


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. A route that serves nobody and is not public is refused when the app is built."""

    method: str
    path: str
    """full path, `/desk/v1/leads/{lead}/attempts`"""
    run: Callable[[Call[Any]], Awaitable[Answer]]
    serves: frozenset[Kind]
    whose: str
    """whose data it touches, in words"""
    summary: str
    takes: type[BaseModel] | None = None
    form: type[BaseModel] | None = None
    """with `takes` as well (the same model), the caller chooses by its media type"""
    answers: type[BaseModel] | None = None
    idempotent: bool = False
    if_match: bool = False
    public: bool = False
    sees: str = ""
    """scope of a public route's `Work`: nobody's, unless what lets the caller in is looked up in protected rows"""
    limit: int = BODY_LIMIT
    door: bool = False
    """malformed requests are counted for this door"""
    examples: Mapping[str, Any] = field(default_factory=dict)
    """named request examples for the OpenAPI description"""
    run_together: Together | None = None
    """what comes at once from one identity is committed at once; `run` is then `alone(...)` of it"""
    counted: str = ""
    """what its requests are counted as, per identity and hour (`Service.allowance`); '' is not counted"""
    same_origin: bool = False
    """a public route that is asked from our own pages only; where a cookie lets in, that holds anyway"""
    lines: int = 0
    """so many bodies a request at most, one a line: each is answered as if it had come alone"""
    file: FileBody | None = None
    """its body is a file, read as it comes"""
    status: int = 200
    """of the answer when all went well"""
    also: tuple[int, ...] = ()
    """statuses of its own problems, where they do not follow from the declaration (`openapi.statuses`)"""
    page: bool = False
    """answers people with HTML"""
    gives: str = ""
    """media type of an answer that is neither JSON nor a page"""
    asks: Mapping[str, str] = field(default_factory=dict)
    """what may stand in the query, and what it says"""

    @property
    def name(self) -> str:
        """Method and template: what logs, spans and metrics call this route."""
        return f"{self.method} {self.path}"


def alone(together: Together) -> Callable[[Call[Any]], Awaitable[Answer]]:
    """`run` of a route that can do several calls at once: one of them."""

    async def run(call: Call[Any]) -> Answer:
        [outcome] = await together([call])
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    return run


def etag(version: int) -> str:
    """The strong tag of a version (RFC 9110, 8.8.3): `"7"`."""
    return f'"{version}"'


def fault_in(route: Route, prefixes: tuple[str, ...]) -> str | None:
    """Why a declaration cannot be served, None when it can."""
    checks = {
        "needs an upper-case method": route.method in {"GET", "POST", "PUT", "PATCH", "DELETE"},
        "lies outside its service's prefixes": any(lies_under(route.path, prefix) for prefix in prefixes),
        "declares nobody it serves": bool(route.serves) != route.public,
        "does not say whose data it touches": bool(route.whose.strip()),
        "has no summary": bool(route.summary.strip()),
        "takes one model, as a body, a form or either": None in (route.takes, route.form) or route.takes is route.form,
        "reads without a body": route.method != "GET" or (route.takes is None and route.form is None),
        "is not a command": route.method != "GET" or not (route.idempotent or route.if_match),
        "sees more only where it is public": route.public or not route.sees,
        "does several together only under idempotency keys of known callers": (
            route.run_together is None or ((route.idempotent or bool(route.lines)) and not route.public)
        ),
        "counts only what known callers ask": not (route.counted and route.public),
        "takes lines of a model, done together and each its own key": (
            not route.lines or (None not in (route.takes, route.run_together) and not route.idempotent)
        ),
        "takes a file of a known caller, and nothing else": (
            route.file is None or not (route.takes or route.form or route.public or route.idempotent or route.lines)
        ),
    }
    return next((says for says, holds in checks.items() if not holds), None)


def lies_under(path: str, prefix: str) -> bool:
    """Whether a path is the prefix or below it, by whole segments."""
    whole = prefix.rstrip("/")
    return path == whole or path.startswith(f"{whole}/")
