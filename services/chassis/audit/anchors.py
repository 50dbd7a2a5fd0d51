"""The second place: heads of the chain in a file outside the database, one line each, only added to (S5)."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from services.chassis.audit.chain import Link, first_hash
from services.chassis.audit.signer import SealReader, Signer

_TAIL: Final = 4096
"""Bytes: more than any line has."""


class AnchorsDamaged(Exception):
    """A line of the file is none of ours; says which."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """The chain had `n` rows with this hash. `restored`: it was set back to that, by `baton restore`."""

    n: int
    hash: str
    at: str
    restored: bool = False
    signer: str = ""
    signature: str = ""

    @classmethod
    def of(cls, link: Link) -> Self:
        """The anchor of a sealed head."""
        return cls(link.n, link.hash.hex(), link.sealed_at.isoformat())

    def message(self, chain: str) -> bytes:
        """What its signature is over."""
        return json.dumps(["baton.audit.anchor.1", chain, self.n, self.hash, self.at, self.restored]).encode()

    def line(self) -> bytes:
        """As it stands in the file."""
        said = [self.n, self.hash, self.at, self.restored, self.signer, self.signature]
        return json.dumps(said, separators=(",", ":")).encode() + b"\n"


class Anchors:
    """The file of one chain: `<folder>/<chain>.anchors`."""

    def __init__(self, folder: Path, chain: str) -> None:
        self.file = folder / f"{chain}.anchors"
        self._chain = chain

    def last(self) -> Anchor | None:
        """The newest, unverified; None where there is none yet.

        Raises:
            AnchorsDamaged: it is no anchor.
        """
        try:
            with self.file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL))
                lines = _whole(file.read())
        except FileNotFoundError:
            return None
        return _parsed(lines[-1], "the last line") if lines else None

    def kept(self, reader: SealReader) -> list[Anchor]:
        """Every anchor that holds, by place: those that a restore set the chain back behind are left out.

        Raises:
            AnchorsDamaged: a line is not signed by us, or goes back without a restore.
        """
        kept: list[Anchor] = []
        for number, line in enumerate(_whole(self.file.read_bytes()) if self.file.exists() else (), start=1):
            anchor = _parsed(line, f"line {number}")
            if not reader.is_ours(anchor.signer, anchor.message(self._chain), bytes.fromhex(anchor.signature)):
                raise AnchorsDamaged(f"line {number} is not signed by us")
            if anchor.restored:
                kept = [one for one in kept if one.n < anchor.n]
            elif kept and anchor.n <= kept[-1].n:
                raise AnchorsDamaged(f"line {number} goes back behind the line before it")
            kept.append(anchor)
        return kept

    def add(self, anchor: Anchor, signer: Signer) -> bool:
        """Add a signed line, on disk when this returns; False when the file is that far already."""
        signed = replace(anchor, signer=signer.id, signature=signer.sign(anchor.message(self._chain)).hex())
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(self.file) as descriptor:
            last = self.last()
            if last is not None and last.n >= anchor.n and not anchor.restored:
                return False
            os.ftruncate(descriptor, _end_of_lines(descriptor))  # half a line of a crash was never an anchor
            os.lseek(descriptor, 0, os.SEEK_END)
            os.write(descriptor, signed.line())
            os.fsync(descriptor)
        return True

    def set_back(self, head: Link | None, at: datetime, signer: Signer) -> int:
        """After a restore: say that the chain ends at `head` again. Answers how many anchored rows are gone."""
        last = self.last()
        if last is None or (head is not None and head.n >= last.n):
            return 0
        hash = first_hash(self._chain) if head is None else head.hash
        self.add(Anchor(head.n if head else 0, hash.hex(), at.isoformat(), restored=True), signer)
        return last.n - (head.n if head else 0)


def _parsed(line: bytes, where: str) -> Anchor:
    try:
        n, hash, at, restored, signer, signature = json.loads(line)
        bytes.fromhex(hash), bytes.fromhex(signature)
        if (type(n), type(at), type(restored), type(signer)) != (int, str, bool, str):
            raise ValueError
    except (ValueError, TypeError):
        raise AnchorsDamaged(f"{where} is no anchor") from None
    return Anchor(n, hash, at, restored, signer, signature)


def _whole(content: bytes) -> list[bytes]:
    """The lines that were written to their end."""
    return content.split(b"\n")[:-1]


def _end_of_lines(descriptor: int) -> int:
    size = os.fstat(descriptor).st_size
    start = max(0, size - _TAIL)
    return start + os.pread(descriptor, _TAIL, start).rfind(b"\n") + 1


@contextmanager
def _locked(file: Path) -> Iterator[int]:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        os.close(descriptor)
