"""A request as an endpoint has read it, and who asks: before any transaction is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from services.chassis.auth.gate import Claim, Gate, admit
from services.chassis.auth.identity import Identity
from services.chassis.http.limits import Limits, Quota
from services.chassis.http.problems import Problem
from services.chassis.http.routes import Call, Route
from services.chassis.http.signatures import Signatures, Signed
from services.chassis.service import Parts, Service
from services.chassis.work import Work


@dataclass(frozen=True, slots=True)
class Content:
    """What a request says, read and validated."""

    path: Mapping[str, str]
    query: Mapping[str, str]
    body: BaseModel | None
    if_match: int | None
    key: str | None
    session: str | None
    """the secret of a person's session, where the browser sends it"""
    request: bytes
    """method, path and canonical body: what makes two requests the same"""


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks, and what; or what is wrong with it, said only after an API key was proven."""

    claim: Claim | None
    content: Content | Problem
    traceparent: str | None = None
    signed: Signed | None = None


@dataclass(frozen=True, slots=True)
class Behind:
    """What lies behind an endpoint: its route, its service, and the gate of it."""

    route: Route
    service: Service
    parts: Parts
    gate: Gate
    limits: Limits | None = None
    """of a route that is counted"""
    signatures: Signatures | None = None
    """where agreements may ask for signed requests"""

    @classmethod
    def of(cls, route: Route, service: Service, parts: Parts) -> "Behind":
        """The same, with a gate made."""
        limits = Limits(route.counted, service.allowance) if route.counted and service.allowance else None
        signatures = Signatures(service.signing) if service.signing and not route.public else None
        return cls(route, service, parts, Gate(parts.tokens, service.key_reader), limits, signatures)

    async def prove(self, work: Work, claim: Claim) -> Identity:
        """Who it is. Raises `Problem`: 401 for nobody, 403 for a kind of account that is not served here."""
        identity = await self.gate.prove(work, claim)
        admit(self.route.serves, identity)
        return identity

    async def unsigned(self, work: Work, identity: Identity, sent: Sequence[Signed | None]) -> list[Problem | None]:
        """What is wrong with each request's signature, or with its having none."""
        if self.signatures is None:
            return [None] * len(sent)
        return await self.signatures.check(work, identity, sent)

    async def count(self, work: Work, identity: Identity, many: int) -> Quota | None:
        """Count so many requests of this identity; None where nothing is counted."""
        return None if self.limits is None else await self.limits.take(work, identity, many)

    async def narrow(self, work: Work, identity: Identity) -> None:
        """Let the work see what this identity may see, and no more."""
        await work.set_scope(await self.service.scope_of(work, identity))

    def call(
        self, work: Work, content: Content, identity: Identity | None, refused_before: str | None, trace: str | None
    ) -> Call[Any]:
        """What the route is called with."""
        return Call(
            work=work,
            identity=identity,
            body=content.body,
            path=content.path,
            query=content.query,
            if_match=content.if_match,
            refused_before=refused_before,
            parts=self.parts,
            traceparent=trace,
            session=content.session,
        )
