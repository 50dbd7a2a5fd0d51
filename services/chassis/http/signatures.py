"""Signed requests: a subset of HTTP Message Signatures (RFC 9421), Ed25519 only, with Content-Digest (RFC 9530).

One signature that covers `@method`, `@path`, `@query` where there is one, `content-digest` where there is a body, and
`idempotency-key` where it is sent; with `created`, `nonce`, `keyid`. Accepted at most once and for 5 minutes (S6): the
nonce is kept in the transaction of the effect, so that what was undone may come again as it is.
"""

import base64
import binascii
import hashlib
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from starlette.requests import Request

from services.chassis.auth.identity import Identity
from services.chassis.http.problems import Problem
from services.chassis.work import Work

LASTS: Final = 300
"""Seconds from `created` for which a signed request is taken."""

_AHEAD: Final = 30
"""Seconds a caller's clock may be ahead."""

_KNOWN_FOR: Final = 60.0
_INPUT: Final = re.compile(
    r'sig1=(\((?P<covers>"[a-z@-]+"(?: "[a-z@-]+")*)\)(?P<params>(?:;[a-z]+=(?:"[A-Za-z0-9._~-]{1,100}"|\d{1,12}))+))'
)
_PARAM: Final = re.compile(r';([a-z]+)=(?:"([^"]*)"|(\d+))')
_SIGNATURE: Final = re.compile(r"sig1=:([A-Za-z0-9+/]{86}==):")

_ONCE: Final = """
with kept as (
  insert into signed_request (digest, expires)
  select digest, to_timestamp(expires) from unnest($1::bytea[], $2::bigint[]) as t(digest, expires) order by digest
  on conflict do nothing returning digest
) select digest from kept
"""


@dataclass(frozen=True, slots=True)
class Signed:
    """A signature as it came, and what it is over; nothing is proven yet."""

    key: str
    nonce: str
    created: int
    base: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def digest(self, identity: Identity) -> bytes:
        """What is kept of it."""
        return hashlib.sha256(f"{identity}\n{self.key}\n{self.nonce}".encode()).digest()


@dataclass(frozen=True, slots=True)
class Signing:
    """What an agreement says: whether each request must be signed, and the public keys (32 bytes) by their ids."""

    required: bool
    keys: Mapping[str, bytes]


SigningOf = Callable[[Work, Identity], Awaitable[Signing | None]]


def signature_of(request: Request, raw: bytes | None) -> Signed | None:
    """The signature of a request with this body; None where it has none.

    Raises:
        Problem: 401, it cannot be read, or does not cover what it must.
    """
    inputs, signatures = (request.headers.getlist(name) for name in ("signature-input", "signature"))
    if not inputs and not signatures:
        return None
    given = _INPUT.fullmatch(inputs[0]) if len(inputs) == 1 else None
    signature = _SIGNATURE.fullmatch(signatures[0]) if len(signatures) == 1 else None
    if given is None or signature is None:
        raise invalid()
    pairs = [(name, text or number) for name, text, number in _PARAM.findall(given["params"])]
    params = dict(pairs)
    names = given["covers"][1:-1].split('" "')
    values = _components(request, raw)
    if (
        len(params) != len(pairs)
        or set(params) - {"alg"} != {"created", "nonce", "keyid"}
        or params.get("alg", "ed25519") != "ed25519"
        or not params["created"].isdecimal()
        or len(set(names)) != len(names)
        or set(names) != set(values)
    ):
        raise invalid()
    lines = [*(f'"{name}": {values[name]}' for name in names), f'"@signature-params": {given[1]}']
    base = "\n".join(lines).encode()
    return Signed(params["keyid"], params["nonce"], int(params["created"]), base, base64.b64decode(signature[1]))


def _components(request: Request, raw: bytes | None) -> dict[str, str]:
    """Everything a signature must cover of this request, and its values; a digest is compared with the body here."""
    query = request.scope["query_string"].decode("latin-1")
    values = {"@method": request.scope["method"], "@path": request.scope["path"]}
    if query:
        values["@query"] = f"?{query}"
    if raw is not None:
        digest = base64.b64encode(hashlib.sha256(raw).digest()).decode()
        if request.headers.getlist("content-digest") != [f"sha-256=:{digest}:"]:
            raise invalid()
        values["content-digest"] = f"sha-256=:{digest}:"
    keys = request.headers.getlist("idempotency-key")
    if keys:
        values["idempotency-key"] = ", ".join(one.strip() for one in keys)
    return values


class Signatures:
    """What one service's callers sign with; a changed agreement takes effect within a minute."""

    def __init__(self, signing_of: SigningOf, *, now: Callable[[], float] = time.time) -> None:
        self._signing_of = signing_of
        self._now = now
        self._known: dict[Identity, tuple[float, Signing | None]] = {}

    async def check(self, work: Work, identity: Identity, sent: Sequence[Signed | None]) -> list[Problem | None]:
        """What is wrong with each, of somebody who is proven. One statement where anything is signed, else none."""
        signing = await self._signing(work, identity)
        found = [self._fault(signing, one) for one in sent]
        fresh = {one.digest(identity): one for one, fault in zip(sent, found, strict=True) if one and not fault}
        if not fresh:
            return found
        until = [one.created + 2 * LASTS for one in fresh.values()]
        kept = {row["digest"] for row in await work.fetch(_ONCE, list(fresh), until)}
        for n, one in enumerate(sent):
            if one is not None and found[n] is None:
                digest = one.digest(identity)
                found[n] = None if digest in kept else invalid()
                kept.discard(digest)
        return found

    def _fault(self, signing: Signing | None, sent: Signed | None) -> Problem | None:
        if sent is None:
            return required() if signing is not None and signing.required else None
        if signing is None or sent.key not in signing.keys or not -_AHEAD <= self._now() - sent.created <= LASTS:
            return invalid()
        try:
            Ed25519PublicKey.from_public_bytes(signing.keys[sent.key]).verify(sent.signature, sent.base)
        except (InvalidSignature, ValueError):
            return invalid()
        return None

    async def _signing(self, work: Work, identity: Identity) -> Signing | None:
        until, signing = self._known.get(identity, (0.0, None))
        if time.monotonic() >= until:
            signing = await self._signing_of(work, identity)
            self._known[identity] = time.monotonic() + _KNOWN_FOR, signing
        return signing


def invalid() -> Problem:
    """401: the same words for a wrong, an old and a repeated one."""
    return Problem(401, "signature_invalid", detail="Sign anew: RFC 9421, Ed25519, a new nonce, created now")


def required() -> Problem:
    """401: the agreement asks for signed requests."""
    return Problem(401, "signature_missing", detail="The agreement asks for signed requests (RFC 9421)")


def public_key(text: str) -> bytes | None:
    """The 32 bytes of a public key given in base64; None for anything else."""
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw if len(raw) == 32 else None
