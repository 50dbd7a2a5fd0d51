"""API keys `baton_<kind>_<id>_<secret>`: made once, shown once, kept only as an HMAC (privacy.md, "Who gets in")."""

import re
import secrets
from typing import Final

from services.chassis.auth.identity import Identity, Kind, is_kind, is_slug
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import Keyed, keyed

PURPOSE: Final = "api_key"
"""The pepper the hash is made with; it lies outside the database, so that a copy of it tests no guess (S7)."""

_PREFIX: Final = "baton"
_SECRET_BYTES: Final = 20
_SECRET: Final = re.compile(r"[0-9a-f]{40}")


def mint_key(kind: Kind, slug: str) -> str:
    """A new key of 160 random bits for this identity. Show it once, store only `hash_key` of it.

    Raises:
        ValueError: no such kind, or the id is no slug of `[a-z0-9-]{1,60}`.
    """
    if not is_kind(kind) or not is_slug(slug):
        raise ValueError("a key is minted for a known kind and a slug")
    return f"{_PREFIX}_{kind}_{slug}_{secrets.token_hex(_SECRET_BYTES)}"


def looks_like_key(credential: str) -> bool:
    """Whether a bearer credential means to be an API key and not a token."""
    return credential.startswith(f"{_PREFIX}_")


def parse_key(key: str) -> Identity | None:
    """Whom a key claims to be; None when it is not one. Proves nothing: compare its hash with what was stored."""
    parts = key.split("_")
    if len(parts) != 4 or parts[0] != _PREFIX or not _SECRET.fullmatch(parts[3]):
        return None
    return Identity.parse(f"{parts[1]}:{parts[2]}")


def hash_key(ring: KeyRing, key: str, *, version: int | None = None) -> Keyed:
    """HMAC-SHA-256 of the whole key under the pepper `api_key`, with the pepper's version.

    Look a key up by this digest: the comparison then happens on a value that only the pepper's holder can aim at,
    so its timing tells nothing. Where digests are compared in Python, use `crypto.tokens.same`.
    """
    return keyed(ring, PURPOSE, key, version=version)
