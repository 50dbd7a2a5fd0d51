"""A contact's signature: its details as truncated HMACs of one layout, so that every signature has one length.

    layout 1, key version 2 | given and family name: exact 5, coarse 3, 16 variants of 3 | birth: 5, 3, 10 of 3
    | place: 5, 10 of 3

All are HMAC-SHA-256 under one key outside the database, cut. Of a detail that was not given the marks are zeros.
Variants stand in the order of their bytes, filled up with random ones: their number would tell how long a name is, and
how often a letter comes twice in it. Three bytes are enough for what is read only after an index token matched: two
different names have a variant in common by chance once in 60,000 times.
"""

import os
from base64 import urlsafe_b64encode
from typing import Final

from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import hmac_sha256
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.signature import (
    BIRTH_VARIANTS,
    NAME_VARIANTS,
    PLACE_VARIANTS,
    Detail,
    details_of,
)

PURPOSE: Final = "token:signature"

_LAYOUT: Final = b"\x01"
_EXACT: Final = 5
_SHORT: Final = 3


def signature_of(ring: KeyRing, contact: Contact) -> str:
    """The signature under the current key, as URL-safe base64: 252 characters, whoever it is."""
    pepper, details = ring.pepper(PURPOSE), details_of(contact)
    key = pepper.secret
    return urlsafe_b64encode(
        b"".join((
            _LAYOUT,
            pepper.version.to_bytes(2),
            *_marks(key, b"name", details.given, NAME_VARIANTS),
            *_marks(key, b"name", details.family, NAME_VARIANTS),
            *_marks(key, b"birth", details.birth, BIRTH_VARIANTS),
            *_marks(key, b"place", details.place, PLACE_VARIANTS)[::2],  # a postcode has no coarser mark
        ))
    ).decode()  # fmt: skip


def _marks(key: bytes, kind: bytes, detail: Detail, variants: int) -> tuple[bytes, bytes, bytes]:
    """The exact mark, the coarse one, and exactly so many variants."""

    def mark(sign: bytes, text: str, length: int) -> bytes:
        return hmac_sha256(key, kind + sign + text.encode())[:length] if text else bytes(length)

    near = {hmac_sha256(key, kind + b"-" + one.encode())[:_SHORT] for one in detail.variants}
    while missing := variants - len(near):
        noise = os.urandom(missing * _SHORT)
        near.update(noise[n : n + _SHORT] for n in range(0, len(noise), _SHORT))
    return mark(b"=", detail.exact, _EXACT), mark(b"~", detail.coarse, _SHORT), b"".join(sorted(near))
