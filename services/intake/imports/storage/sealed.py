"""A file under a key of its own, in pieces that are bound to their import and their place (privacy.md, "The vault")."""

from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

from services.chassis.crypto.keystore import DataKey
from services.chassis.crypto.vault import seal, unseal

PIECE: Final = 256 * 1024
"""Bytes of every piece but the last, so that an offset says which piece it lies in."""


def seal_piece(key: DataKey, id: UUID, n: int, plain: bytes) -> bytes:
    """One piece, sealed."""
    return seal(key.secret, lead=id, field=f"piece/{n}", key_id=key.id, plaintext=plain)


class NotFetched(Exception):
    """Reading ran past the pieces at hand, and there are more."""


def opened(key: DataKey, id: UUID, sealed: Sequence[bytes], *, at: int, last: bool) -> Iterator[bytes]:
    """The bytes from offset `at` on, piece by piece, each opened when it is asked for.

    Raises:
        NotFetched: after these pieces, unless the file's `last` is among them.
        CannotOpen: a piece was changed, or lies in another's place.
    """
    first, within = divmod(at, PIECE)
    for n, piece in enumerate(sealed, start=first):
        plain = unseal(key.secret, lead=id, field=f"piece/{n}", key_id=key.id, sealed=piece)
        yield plain[within:]
        within = 0
    if not last:
        raise NotFetched
