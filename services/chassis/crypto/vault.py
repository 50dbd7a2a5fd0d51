"""Sealing one field of one lead under that lead's own key (privacy.md, "The vault")."""

import os
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_FORM = b"\x01"  # first byte of a sealed value: the form below, so that another one may follow
_NONCE = 12
_TAG = 16


class CannotOpen(Exception):
    """A sealed value does not open with this key, lead, field and key id. Says nothing about which of them is wrong."""


def seal(key: bytes, *, lead: UUID, field: str, key_id: UUID, plaintext: bytes) -> bytes:
    """Return `plaintext` under AES-256-GCM, fresh 96-bit nonce: 29 bytes longer, bound to lead, field and key id."""
    nonce = os.urandom(_NONCE)
    return _FORM + nonce + AESGCM(key).encrypt(nonce, plaintext, _bound_to(lead, field, key_id))


def unseal(key: bytes, *, lead: UUID, field: str, key_id: UUID, sealed: bytes) -> bytes:
    """Return what was sealed, or raise `CannotOpen`."""
    if sealed[:1] != _FORM or len(sealed) < 1 + _NONCE + _TAG:
        raise CannotOpen("not a sealed value")
    nonce, ciphertext = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
    try:
        return AESGCM(key).decrypt(nonce, ciphertext, _bound_to(lead, field, key_id))
    except InvalidTag:
        raise CannotOpen("wrong key, lead, field or key id, or a changed value") from None


def _bound_to(lead: UUID, field: str, key_id: UUID) -> bytes:
    # The two of fixed length come first: no two triples give the same bytes.
    return b"baton.vault" + _FORM + lead.bytes + key_id.bytes + field.encode()
