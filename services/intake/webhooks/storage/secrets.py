"""An endpoint's secret: random, shown once, sealed under a key that is never in the database (S7)."""

import base64
import secrets
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.vault import seal, unseal

PURPOSE: Final = "webhook_secret"
"""The key ring's key that seals them."""

_BYTES: Final = 32
_PREFIX: Final = "whsec_"
_FIELD: Final = "webhook_secret"


@dataclass(frozen=True, slots=True)
class Sealed:
    """What the database holds, and the version of the key it opens with."""

    value: bytes
    key: int


def new_secret() -> str:
    """`whsec_` and 32 random bytes in base64 (Standard Webhooks, "Signature scheme")."""
    return _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def sealed(ring: KeyRing, endpoint: UUID, secret: str) -> Sealed:
    """Bound to its endpoint: in another row it does not open."""
    key = ring.pepper(PURPOSE)
    value = seal(key.secret, lead=endpoint, field=_FIELD, key_id=UUID(int=key.version), plaintext=secret.encode())
    return Sealed(value, key.version)


def opened(ring: KeyRing, endpoint: UUID, one: Sealed) -> str:
    """The secret, for signing. Raises `CannotOpen`."""
    key = ring.pepper(PURPOSE, one.key)
    return unseal(key.secret, lead=endpoint, field=_FIELD, key_id=UUID(int=one.key), sealed=one.value).decode()
