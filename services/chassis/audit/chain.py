"""The chain over the audit rows: what a row's hash is made of, and what a seal signs (S5). Pure.

A hash takes in the one before it, so that it vouches for everything up to its row. Hashes alone can be made anew by
whoever writes the database; each is therefore signed with a key that lies outside it.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

LATE: Final = timedelta(seconds=60)
"""A row may come to light so long after its time and no longer: a transaction of ours lives 30 s at most."""


@dataclass(frozen=True, slots=True)
class Row:
    """One act as it was written. `detail` is JSON text."""

    id: UUID
    at: datetime
    actor: str
    act: str
    subject: str
    scope: str
    detail: str


@dataclass(frozen=True, slots=True)
class Link:
    """The `n`th place of a chain, counted from 1: which row stands there, and the hash up to it.

    `looked_at`: when the sealer had last seen every row there was before this round; None in a chain's first round.
    """

    n: int
    row: UUID
    hash: bytes
    sealed_at: datetime
    looked_at: datetime | None
    signer: str = ""
    signature: bytes = b""

    def signed(self, signer: str, signature: bytes) -> "Link":
        """The same with a signature on it."""
        return replace(self, signer=signer, signature=signature)


def first_hash(chain: str) -> bytes:
    """What stands before row 1: the chain's own name, so that no row fits into another chain."""
    return _sha256(["baton.audit.chain.1", chain])


def hash_of(before: bytes, n: int, row: Row) -> bytes:
    """SHA-256 over the hash before, the place, and every field of the row."""
    fields = [str(row.id), _time(row.at), row.actor, row.act, row.subject, row.scope, json.loads(row.detail)]
    return _sha256(["baton.audit.row.1", before.hex(), n, *fields])


def message_of(chain: str, link: Link) -> bytes:
    """What the signature of a link is over."""
    looked = None if link.looked_at is None else _time(link.looked_at)
    said = ["baton.audit.link.1", chain, link.n, str(link.row), link.hash.hex(), _time(link.sealed_at), looked]
    return _canonical([*said, link.signer])


def is_out_of_time(row: Row, link: Link) -> bool:
    """Whether the row says a time at which it cannot have been written: it was not there when everything was seen."""
    too_old = link.looked_at is not None and row.at < link.looked_at - LATE
    return too_old or row.at > link.sealed_at


def _sha256(said: list[object]) -> bytes:
    return hashlib.sha256(_canonical(said)).digest()


def _canonical(said: list[object]) -> bytes:
    return json.dumps(said, sort_keys=True, separators=(",", ":")).encode()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")
