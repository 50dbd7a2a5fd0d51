"""From the Authorization header to an identity, and whether a route serves that kind (privacy.md, "Who gets in")."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from services.chassis.auth.identity import Identity, Kind
from services.chassis.auth.keys import looks_like_key, parse_key
from services.chassis.auth.signing import TokenReader
from services.chassis.http.problems import Problem
from services.chassis.work import Work

KeyReader = Callable[[Work, str], Awaitable[Identity | None]]
"""Whom a key belongs to now, None when it is unknown, revoked or over; only where keys are issued."""

_CHALLENGE: Final = {"www-authenticate": 'Bearer realm="baton"'}
_REFUSED: Final = {"www-authenticate": 'Bearer realm="baton", error="invalid_token"'}


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are; proven by a token's signature, else still to be proven by the key they sent."""

    identity: Identity
    key: str | None = field(default=None, repr=False)


class Gate:
    """One service's way from a credential to an identity."""

    def __init__(self, tokens: TokenReader, key_reader: KeyReader | None = None) -> None:
        self._tokens = tokens
        self._key_reader = key_reader

    def claim(self, authorization: Sequence[str]) -> Claim:
        """Read the Authorization headers of a request; no database is asked yet.

        Raises:
            Problem: 401, the same words for a missing, a forged and an expired credential.
        """
        credential = _bearer(authorization)
        if credential is None:
            raise unauthorized(_REFUSED if authorization else _CHALLENGE)
        if looks_like_key(credential) and self._key_reader is not None:
            identity = parse_key(credential)
            key: str | None = credential
        else:
            identity, key = self._tokens.read(credential), None
        if identity is None:
            raise unauthorized(_REFUSED)
        return Claim(identity, key)

    def claim_token(self, token: str) -> Claim:
        """The same for the token in a person's cookie, where no key is ever looked for.

        Raises:
            Problem: 401.
        """
        identity = self._tokens.read(token)
        if identity is None:
            raise unauthorized(_CHALLENGE)
        return Claim(identity)

    async def prove(self, work: Work, claim: Claim) -> Identity:
        """The identity behind a claim; 401 for a key that is unknown, revoked or over."""
        if claim.key is None:
            return claim.identity
        if self._key_reader is None or await self._key_reader(work, claim.key) != claim.identity:
            raise unauthorized(_REFUSED)
        return claim.identity


def admit(serves: frozenset[Kind], identity: Identity) -> None:
    """Refuse a kind the route does not serve. Decided by route and kind alone: it tells nothing about any object."""
    if identity.kind not in serves:
        raise Problem(403, "kind_not_served", "This is not for your kind of account")


def unauthorized(headers: dict[str, str]) -> Problem:
    """401, without a word on what was wrong with the credential."""
    return Problem(401, "not_signed_in", "A valid token or key is needed", headers=headers)


def _bearer(authorization: Sequence[str]) -> str | None:
    if len(authorization) != 1:
        return None
    scheme, _, credential = authorization[0].partition(" ")
    return credential.strip() or None if scheme.lower() == "bearer" else None
