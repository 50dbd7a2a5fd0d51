"""One route's way from a request to a response: who, what, one `Work`, one answer."""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from services.chassis.auth.cookies import Cookies
from services.chassis.auth.gate import Claim, admit
from services.chassis.auth.identity import Identity
from services.chassis.crypto.keystore import NoFreshKey
from services.chassis.faults import is_transient
from services.chassis.http import bodies
from services.chassis.http.asked import Asked, Behind, Content
from services.chassis.http.browser import require_same_origin, signed_out
from services.chassis.http.documents import canonical, parse_json, storable
from services.chassis.http.idempotency import Once, Stored
from services.chassis.http.limits import Quota
from services.chassis.http.problems import NotFound, Problem, Unavailable
from services.chassis.http.record import record_failure, record_problem, record_unavailable
from services.chassis.http.responses import problem_response, rendered, response_of
from services.chassis.http.routes import Route
from services.chassis.http.signatures import signature_of
from services.chassis.http.together import Company
from services.chassis.http.validation import valid_body, valid_form
from services.chassis.service import Parts, Service
from services.chassis.telemetry.traces import current_trace, current_traceparent, span
from services.chassis.work import NOBODY, Work

TRACE: Final = "baton.trace"
"""Where the ASGI scope carries the trace's id out to the access line."""

ANYONE: Final = "anyone"
"""The client under which a public route's idempotency keys are kept."""


class Endpoint:
    """Serves one declared route of one service."""

    def __init__(self, route: Route, service: Service, parts: Parts) -> None:
        self.route = route
        self.behind = Behind.of(route, service, parts)
        self._origin = parts.settings.public_url
        self._cookies = Cookies.of(self._origin)
        self._company = Company(self.behind, route.run_together) if route.run_together else None

    async def respond(self, request: Request) -> Response:
        """The response to a request, whatever happens on the way; nothing of the request is repeated in it.

        Raises:
            ClientDisconnect: nobody is there any more to be answered.
        """

        async def answer() -> Response:
            return response_of(await self.answer(await self._ask(request)))

        return await self.guarded(request, answer)

    async def guarded(self, request: Request, answer: Callable[[], Awaitable[Response]]) -> Response:
        """What `answer` gives, within the request's span; a problem for whatever it raises."""
        parent = request.headers.get("traceparent")
        with span("http", parent, service=self.behind.service.name, method=self.route.method, route=self.route.path):
            request.scope[TRACE] = current_trace()
            try:
                return await answer()
            except ClientDisconnect:
                raise
            except Exception as error:
                problem = self.problem(error)
            seen = await signed_out(request, self.route, problem, self._origin)
            return seen or problem_response(problem, request.headers)

    async def let_in(self, claim: Claim, whole: Behind) -> tuple[Identity, Quota | None]:
        """Who asks, and what is left to them, before anything is said about a body of many parts; each `Work` done
        for one of the parts proves it again. `whole`: the route as it is counted.

        Raises:
            Problem: 401, 403, 429.
        """

        async def prove(work: Work) -> tuple[Identity, Quota | None]:
            identity = await whole.prove(work, claim)
            return identity, await whole.count(work, identity, 1)

        if claim.key is None and whole.limits is None:
            admit(self.route.serves, claim.identity)
            return claim.identity, None
        identity, quota = await whole.parts.database.run(prove, actor=str(claim.identity), scope=NOBODY)
        if quota is not None and not quota.granted:
            raise quota.problem()
        return identity, quota

    async def _ask(self, request: Request) -> Asked:
        if self.route.public:
            if self.route.same_origin:
                require_same_origin(request.headers, self._origin)
            return await self._read(None, request)
        claim = self.claim(request)
        if claim.key is None:
            admit(self.route.serves, claim.identity)
            return await self._read(claim, request)
        try:
            return await self._read(claim, request)
        except Problem as problem:
            return Asked(claim, problem)

    def claim(self, request: Request) -> Claim:
        """Who says to be asking: by the Authorization header, else by the cookie of somebody who signed in.

        Raises:
            Problem: 401 for nobody, 403 for a cookie that came along with what another site asked.
        """
        given = request.headers.getlist("authorization")
        token = None if given else self._cookies.token(request.cookies)
        if token is None:
            return self.behind.gate.claim(given)
        if self.route.method != "GET":
            require_same_origin(request.headers, self._origin)
        return self.behind.gate.claim_token(token)

    async def _read(self, claim: Claim | None, request: Request) -> Asked:
        """The request with its signature, where it has one that counts here."""
        content, raw = await self._content(request)
        signed = signature_of(request, raw) if self.behind.signatures is not None else None
        return Asked(claim, content, current_traceparent() if claim else None, signed)

    async def _content(self, request: Request) -> tuple[Content, bytes | None]:
        route, headers = self.route, request.headers
        path = path_of(request)
        query = bodies.query_fields(request.scope["query_string"])
        key = bodies.idempotency_key(headers) if route.idempotent else None
        if_match = bodies.if_match(headers) if route.if_match else None
        body, document, raw = await self._body(request)
        same = canonical([route.method, request.scope["path"], document]) if key else b""
        return Content(path, query, body, if_match, key, self._cookies.session(request.cookies), same), raw

    async def _body(self, request: Request) -> tuple[BaseModel | None, Any, bytes | None]:
        """The validated body, the document it came from, and its bytes."""
        route = self.route
        if route.takes is None and route.form is None:
            return None, None, None
        wanted = [media for media, model in ((bodies.JSON, route.takes), (bodies.FORM, route.form)) if model]
        media = bodies.require_media_type(request.headers, *wanted)
        raw = await bodies.read_bytes(request.headers, request.receive, route.limit)
        if route.takes is not None and media == bodies.JSON:
            document = parse_json(raw)
            return valid_body(route.takes, raw), document, raw
        assert route.form is not None
        fields = bodies.form_fields(raw)
        return valid_form(route.form, fields), fields, raw

    async def answer(self, asked: Asked) -> Stored:
        """The answer to one request that was read, in company where its route has any."""
        return await self.in_company(asked) or await self.alone(asked)

    async def in_company(self, asked: Asked) -> Stored | None:
        """Done with others of the same identity; None when it has to be done alone."""
        if self._company is None or asked.claim is None or not isinstance(asked.content, Content):
            return None
        return await self._company.answer(asked.claim, asked)

    async def alone(self, asked: Asked) -> Stored:
        """One request in one `Work`."""

        async def do(work: Work) -> Stored:
            return await self._within(work, asked)

        actor = str(asked.claim.identity) if asked.claim else f"system:{self.behind.service.name}"
        return await self.behind.parts.database.run(do, actor=actor, scope=self.route.sees or NOBODY, late=True)

    async def _within(self, work: Work, asked: Asked) -> Stored:
        identity = await self.behind.prove(work, asked.claim) if asked.claim is not None else None
        content = asked.content
        if isinstance(content, Problem):
            raise content
        if identity is not None:
            await self.behind.narrow(work, identity)
        quota = await self._let_in(work, identity, asked) if identity is not None else None
        stored = await self._done(work, asked, content, identity)
        return stored if quota is None else stored.beside(quota.headers)

    async def _let_in(self, work: Work, identity: Identity, asked: Asked) -> Quota | None:
        """Whether this one may be done now: signed where it must be, and within the caller's limit."""
        [fault] = await self.behind.unsigned(work, identity, [asked.signed])
        if fault is not None:
            raise fault
        quota = await self.behind.count(work, identity, 1)
        if quota is not None and not quota.granted:
            raise quota.problem()
        return quota

    async def _done(self, work: Work, asked: Asked, content: Content, identity: Identity | None) -> Stored:
        await work.begin()  # whatever the route does: an answer it gives while the database is away would be none
        if content.key is None:
            return rendered(await self.route.run(self.behind.call(work, content, identity, None, asked.traceparent)))
        once = Once.of(self.behind.parts.keys, str(identity or ANYONE), content.key, content.request)
        found = await once.claim(work)
        if isinstance(found, Stored):
            return found
        answer = await self.route.run(self.behind.call(work, content, identity, found, asked.traceparent))
        stored = rendered(answer)
        await once.keep(work, stored, answer.refused)
        return stored

    def problem(self, error: Exception) -> Problem:
        """503 for what may succeed later (P16), 500 with a reference and nothing else for what should not happen."""
        if isinstance(error, Problem):
            record_problem(self.route, error)
            return error
        if isinstance(error, NoFreshKey) or is_transient(error):
            record_unavailable(self.route.path, error)
            return Unavailable()
        reference = current_trace() or uuid4().hex
        record_failure(self.route.path, error, reference)
        return Problem(500, "unexpected", detail=f"Reference {reference}")


def path_of(request: Request) -> dict[str, str]:
    """The path's parameters; what cannot be stored does not exist (404)."""
    path = {name: str(value) for name, value in request.path_params.items()}
    if not all(map(storable, path.values())):
        raise NotFound
    return path
