"""A body that is a file: read piece by piece, counted, and handed on as it comes; nothing here holds all of it."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from services.chassis.auth.identity import Identity
from services.chassis.http import bodies
from services.chassis.http.asked import Asked, Behind, Content
from services.chassis.http.endpoint import Endpoint, path_of
from services.chassis.http.responses import response_of
from services.chassis.http.routes import FileBody, Route, Upload
from services.chassis.service import Parts, Service
from services.chassis.telemetry.traces import current_traceparent
from services.chassis.work import NOBODY, Work

_NOT_COMPARED: Final = b""
"""The route is not idempotent by a header; who keeps files knows them by their bytes."""


class Files:
    """Serves one declared route whose body is a file."""

    def __init__(self, route: Route, file: FileBody, service: Service, parts: Parts) -> None:
        self.route = route
        self._file = file
        self._one = Endpoint(replace(route, counted=""), service, parts)
        self._whole = Behind.of(route, service, parts)

    async def respond(self, request: Request) -> Response:
        """The sender is known before the first piece is read, and no transaction is open while one is waited for."""

        async def answer() -> Response:
            return await self._answer(request)

        return await self._one.guarded(request, answer)

    async def _answer(self, request: Request) -> Response:
        claim = self._one.claim(request)
        identity, quota = await self._one.let_in(claim, self._whole)
        path, query = path_of(request), bodies.query_fields(request.scope["query_string"])
        bodies.require_media_type(request.headers, self._file.media)
        pieces = bodies.pieces(request.headers, request.receive, self.route.limit)
        body = await self._file.keep(
            Upload(identity, path, query, pieces, self._works(identity), self._one.behind.parts)
        )
        content = Content(path, query, body, None, None, None, _NOT_COMPARED)
        stored = await self._one.alone(Asked(claim, content, current_traceparent()))
        return response_of(stored.beside(quota.headers) if quota else stored)

    def _works(self, identity: Identity) -> Callable[[Callable[[Work], Awaitable[None]]], Awaitable[None]]:
        behind = self._one.behind

        async def run(do: Callable[[Work], Awaitable[None]]) -> None:
            async def seen(work: Work) -> None:
                await behind.narrow(work, identity)
                await do(work)

            await behind.parts.database.run(seen, actor=str(identity), scope=NOBODY, late=True)

        return run
