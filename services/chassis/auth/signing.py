"""Tokens of 60 seconds: signed in one place, verified everywhere with public keys that are files (privacy.md).

The algorithm is Ed25519 under its fully specified name (RFC 9864; the older `EdDSA` also lets Ed448 in), pinned.
Claims: `sub` (id), `kind`, `exp`, and `factor`: when a second factor was last given. Sites, studies and partners are
not in the token: each service knows its own.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, Self

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from services.chassis.auth.identity import Identity
from services.chassis.crypto.secrets import SecretsError, read_secret, write_secret

ALGORITHM: Final = "Ed25519"
SECONDS: Final = 60
_LONGEST: Final = 2_000
_REREAD: Final = 1.0
"""Seconds between two looks at the folder for an unknown key id, so that forged ids cost no disk reads."""


_REMEMBERED: Final = 1_000
"""Tokens whose signature needs no second look: a caller sends the same one for most of its life."""


class Issuer:
    """Makes tokens. Only the process that authenticates people and keys holds one."""

    def __init__(self, key: OKPKey) -> None:
        self._key = key
        self.key_id = _key_id(key)

    @classmethod
    def open(cls, keys_dir: Path) -> Self:
        """Read `issuer/ed25519.pem` (0600); the first ever makes it, and `public/<key id>.pem` (0644) beside it.

        Raises:
            SecretsError: the private key cannot be read, written, or others may read it.
        """
        private = keys_dir / "issuer" / "ed25519.pem"
        if not private.exists():
            private.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _make_once(private)
        issuer = cls(OKPKey.import_key(read_secret(private)))
        issuer._publish(keys_dir / "public")
        return issuer

    def token(self, identity: Identity, at: datetime, *, seconds: int = SECONDS) -> str:
        """A token for this identity, good from `at` (real time) for so many seconds."""
        expires = int((at + timedelta(seconds=seconds)).timestamp())
        claims = {"sub": identity.id, "kind": identity.kind, "exp": expires}
        if identity.factor_at is not None:
            claims["factor"] = identity.factor_at
        return jwt.encode({"alg": ALGORITHM, "kid": self.key_id}, claims, self._key, algorithms=[ALGORITHM])

    def _publish(self, folder: Path) -> None:
        """The public half, also when a crash kept it from being written beside a new private one."""
        file = folder / f"{self.key_id}.pem"
        if file.exists():
            return
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        half = folder / f".{self.key_id}.{time.monotonic_ns()}"
        half.write_bytes(self._key.as_pem(private=False))
        half.chmod(0o644)
        half.replace(file)


class TokenReader:
    """Verifies tokens with the public keys of one folder; a key id it does not know makes it look there again."""

    def __init__(self, folder: Path, *, now: Callable[[], float] = time.time) -> None:
        self._folder = folder
        self._now = now
        self._keys: dict[str, OKPKey] = {}
        self._verified: dict[str, tuple[Identity, int]] = {}
        self._look()
        self._looked = float("-inf")  # the first unknown key id may look at once: its key may be a moment younger

    def read(self, bearer: str) -> Identity | None:
        """Whom a token speaks for now, by the real clock; None for one that is forged, expired or not understood.

        There is no leeway: a captured token is worth its 60 s and not a second more (S6).
        """
        if len(bearer) > _LONGEST:
            return None
        known = self._verified.get(bearer)
        if known is None:
            known = self._verify(bearer)
            if known is None:
                return None
            if len(self._verified) >= _REMEMBERED:
                self._verified.clear()
            self._verified[bearer] = known
        identity, expires = known
        return identity if expires > self._now() else None

    def _verify(self, bearer: str) -> tuple[Identity, int] | None:
        """Whom its signature speaks for, and until when (seconds since 1970)."""
        try:
            claims = jwt.decode(bearer, self._key_of, algorithms=[ALGORITHM]).claims
        except (JoseError, ValueError, TypeError, RecursionError):
            return None
        expires, kind, sub = (claims.get(name) for name in ("exp", "kind", "sub"))
        if type(expires) is not int or not isinstance(kind, str) or not isinstance(sub, str):
            return None
        identity = Identity.parse(f"{kind}:{sub}")
        factor = claims.get("factor")
        if identity is None or not (factor is None or type(factor) is int):
            return None
        return replace(identity, factor_at=factor), expires

    def _key_of(self, token: Any) -> OKPKey:
        key_id = token.headers().get("kid")
        if key_id not in self._keys and time.monotonic() - self._looked > _REREAD:
            self._look()
        if key_id not in self._keys:
            raise ValueError("no such key")
        return self._keys[key_id]

    def _look(self) -> None:
        self._looked = time.monotonic()
        for file in sorted(self._folder.glob("*.pem")) if self._folder.is_dir() else ():
            key = OKPKey.import_key(file.read_bytes())
            if not key.is_private and key.curve_name == ALGORITHM:
                self._keys[_key_id(key)] = key


def _key_id(key: OKPKey) -> str:
    """The start of the SHA-256 of the public key: a token names its key without a list of names anywhere."""
    return hashlib.sha256(key.as_der(private=False)).hexdigest()[:16]


def _make_once(private: Path) -> None:
    try:
        write_secret(private, OKPKey.generate_key(ALGORITHM).as_pem(private=True))
    except SecretsError:
        if not private.exists():  # else another process was first, and its key is the one
            raise
