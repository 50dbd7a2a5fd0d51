"""Many bodies in one request, one a line (NDJSON): each is answered as if it had come alone.

A line is its own idempotency key: the same content again, in whatever batch, is the same request (P2). So a batch that
broke off is simply sent again. What one line gets does not depend on its neighbours.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from services.chassis.auth.gate import Claim
from services.chassis.http import bodies
from services.chassis.http.asked import Asked, Behind, Content
from services.chassis.http.documents import canonical, parse_json
from services.chassis.http.endpoint import Endpoint
from services.chassis.http.idempotency import Stored
from services.chassis.http.problems import Invalid, Problem, Unavailable
from services.chassis.http.routes import BODY_LIMIT, Route
from services.chassis.http.signatures import Signed, signature_of
from services.chassis.http.together import MOST
from services.chassis.http.validation import valid_body
from services.chassis.service import Parts, Service
from services.chassis.telemetry.traces import current_traceparent
from services.chassis.work import NOBODY, Work

AT_ONCE: Final = 4
"""Lines of one request that are done alone beside each other."""

_BREATH: Final = MOST
"""Lines that are read before somebody else gets a turn: one round, which is then done while the next is read."""


class LineAnswer(BaseModel):
    """What one line was answered: the status and the body it would have had alone."""

    line: int
    """counted from 1, blank ones too"""
    status: int
    body: Mapping[str, Any]
    retry_after: int | None = None
    """seconds, where sending it again later makes sense"""


class Lines:
    """Serves one declared route that takes lines."""

    def __init__(self, route: Route, service: Service, parts: Parts) -> None:
        self.route = route
        self._one = Endpoint(replace(route, counted=""), replace(service, signing=None), parts)
        self._whole = Behind.of(route, service, parts)

    async def respond(self, request: Request) -> Response:
        """A line for a line. Only what is wrong with the whole (who asks, its size) is answered as a whole."""

        async def answer() -> Response:
            return await self._answer(request)

        return await self._one.guarded(request, answer)

    async def _answer(self, request: Request) -> Response:
        claim = self._one.claim(request)
        _, quota = await self._one.let_in(claim, self._whole)
        bodies.require_media_type(request.headers, bodies.LINES)
        raw = await bodies.read_bytes(request.headers, request.receive, self.route.limit)
        await self._signed(claim, signature_of(request, raw) if self._whole.signatures else None)
        numbered = lines_of(raw, self.route.lines)
        turn = asyncio.Semaphore(AT_ONCE)
        path = request.scope["path"]
        asking = []
        for n, (number, line) in enumerate(numbered):
            asking.append(asyncio.create_task(self._line(number, self._read(line, path, claim), turn)))
            if n % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)
        return _response(await _all(asking), quota.headers if quota else {})

    async def _signed(self, claim: Claim, signed: Signed | None) -> None:
        """The request is signed as a whole, where it must be; raises `Problem` where it is not."""

        async def check(work: Work) -> None:
            [fault] = await self._whole.unsigned(work, claim.identity, [signed])
            if fault is not None:
                raise fault

        database = self._whole.parts.database
        await database.run(check, actor=str(claim.identity), scope=NOBODY, late=True)

    def _read(self, line: bytes, path: str, claim: Claim) -> Asked:
        try:
            return Asked(claim, self._content(line, path), current_traceparent())
        except Problem as problem:
            return Asked(claim, problem)

    def _content(self, line: bytes, path: str) -> Content:
        assert self.route.takes is not None
        if len(line) > BODY_LIMIT:
            raise bodies.too_large(BODY_LIMIT)
        document = parse_json(line)
        body = valid_body(self.route.takes, line)
        same = canonical([self.route.method, path, document])
        return Content({}, {}, body, None, sha256(same).hexdigest(), None, same)

    async def _line(self, number: int, asked: Asked, turn: asyncio.Semaphore) -> LineAnswer:
        try:
            if isinstance(asked.content, Problem):
                raise asked.content
            stored = await self._one.in_company(asked)
            if stored is None:
                async with turn:
                    stored = await self._one.alone(asked)
        except Exception as error:
            problem = self._one.problem(error)
            return _said(number, problem.status, problem.body(), problem.headers)
        return _of(number, stored)


def lines_of(raw: bytes, most: int) -> list[tuple[int, bytes]]:
    """The lines that say something, with their numbers.

    Raises:
        Problem: there are none, or more than `most`.
    """
    numbered = [(n, line) for n, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
    if not numbered:
        raise Invalid(("", "has no line"))
    if len(numbered) > most:
        raise Problem(413, "too_large", detail=f"At most {most} lines are read, and none of these were")
    return numbered


async def _all(asking: "Sequence[asyncio.Task[LineAnswer]]") -> list[LineAnswer]:
    """Every answer; when nobody waits for them any more, what has not begun does not begin."""
    try:
        return list(await asyncio.gather(*asking))
    finally:
        for task in asking:
            task.cancel()


def _response(answers: Sequence[LineAnswer], headers: Mapping[str, str]) -> Response:
    """503 as a whole where none could be made durable: a client repeats that by itself."""
    if all(one.status == Unavailable().status for one in answers):
        raise Unavailable
    body = b"".join(one.model_dump_json(exclude_none=True).encode() + b"\n" for one in answers)
    return Response(body, media_type=bodies.LINES, headers=dict(headers))


def _of(number: int, stored: Stored) -> LineAnswer:
    return _said(number, stored.status, json.loads(stored.body), stored.headers)


def _said(number: int, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> LineAnswer:
    wait = headers.get("retry-after")
    return LineAnswer(line=number, status=status, body=body, retry_after=int(wait) if wait else None)
