"""Keyed tokens: equality without reading (privacy.md, "Duplicates without reading anybody")."""

import hmac
from dataclasses import dataclass

from services.chassis.crypto.secrets import KeyRing


@dataclass(frozen=True, slots=True)
class Keyed:
    """An HMAC-SHA-256 of 32 bytes and the version of the pepper it was made with."""

    version: int
    digest: bytes


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-256 (RFC 2104) of `message`: 32 bytes."""
    return hmac.digest(key, message, "sha256")


def keyed(ring: KeyRing, purpose: str, value: str | bytes, *, version: int | None = None) -> Keyed:
    """Return `value` under the pepper of `purpose` (`idempotency`, `external_id`, `api_key`), the current by default.

    Text is taken as it is, in UTF-8: whoever compares two spellings folds them first.
    """
    pepper = ring.pepper(purpose, version)
    return Keyed(pepper.version, hmac_sha256(pepper.secret, value.encode() if isinstance(value, str) else value))


def keyed_token(ring: KeyRing, kind: str, value: str, *, version: int | None = None) -> Keyed:
    """Return the match token of a kind (`phone`, `email`, `name_birth`); each kind and version has its own key."""
    return keyed(ring, f"token:{kind}", value, version=version)


def same(left: bytes, right: bytes) -> bool:
    """Compare two digests in a time that does not tell where they differ."""
    return hmac.compare_digest(left, right)
