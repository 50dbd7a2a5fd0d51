"""Whether an audit log is what was written: every row, its place, its signature, the anchors outside (S5).

Reads only; anybody with the public keys and the anchors can repeat it. It says the first row that is wrong.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from services.chassis.audit.anchors import Anchor, Anchors, AnchorsDamaged
from services.chassis.audit.chain import Link, Row, first_hash, hash_of, is_out_of_time, message_of
from services.chassis.audit.rows import page, stranded
from services.chassis.audit.signer import SealReader
from services.chassis.database import Database

GRACE: Final = timedelta(seconds=60)
"""What is younger may still be without a seal or an anchor (S5)."""

_PAGE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Wrong:
    """The first row that is wrong: its place in the chain, None for one that has none; its id, if it is known."""

    says: str
    n: int | None = None
    row: UUID | None = None


@dataclass(slots=True)
class Verdict:
    """What was found of one chain. `waiting`: rows without a seal; `anchored`: the last place that is anchored."""

    chain: str
    sealed: int = 0
    waiting: int = 0
    anchored: int = 0
    wrong: Wrong | None = None


@dataclass(slots=True)
class _Walk:
    """How far the chain was followed."""

    hash: bytes
    reader: SealReader
    chain: str
    anchors: dict[int, Anchor] = field(default_factory=dict)
    last: Link | None = None
    n: int = 0

    def step(self, link: Link, row: Row | None) -> Wrong | None:
        """What is wrong with the next link; else go on behind it."""
        n = self.n + 1
        if link.n != n:
            return Wrong("is missing from the chain" if link.n > n else "stands outside the chain", min(n, link.n))
        if row is None:
            return Wrong("was removed after it was sealed", n, link.row)
        hash = _hash(self.hash, n, row)
        if hash != link.hash:
            return Wrong("was changed, moved or put in after it was sealed", n, row.id)
        if not self.reader.is_ours(link.signer, message_of(self.chain, link), link.signature):
            return Wrong("is not signed by the sealer as it stands", n, row.id)
        if is_out_of_time(row, link):
            return Wrong("was not written at the time it says", n, row.id)
        anchor = self.anchors.get(n)
        if anchor is not None and anchor.hash != hash.hex():
            return Wrong("is not what was anchored", n, row.id)
        self.hash, self.last, self.n = hash, link, n
        return None


async def verify(database: Database, keys_dir: Path, audit_dir: Path) -> Verdict:
    """Follow one service's chain from its start to its end, and compare it with the anchors."""
    verdict, reader = Verdict(database.service), SealReader(keys_dir)
    try:
        anchors = Anchors(audit_dir, database.service).kept(reader)
    except AnchorsDamaged as damaged:
        verdict.wrong = Wrong(f"the anchors are damaged: {damaged}")
        return verdict
    verdict.anchored = anchors[-1].n if anchors else 0
    walk = _Walk(first_hash(database.service), reader, database.service, {one.n: one for one in anchors})
    verdict.wrong = await _walked(database, walk)
    verdict.sealed = walk.n
    verdict.wrong = verdict.wrong or await _at_the_end(database, walk, verdict)
    return verdict


async def _walked(database: Database, walk: _Walk) -> Wrong | None:
    after: Link | None = None
    while True:
        async with database.work("system:operator") as work:
            links = await page(work, after, _PAGE)
        for link, row in links:
            if wrong := walk.step(link, row):
                return wrong
            after = link
        if len(links) < _PAGE:
            return None


async def _at_the_end(database: Database, walk: _Walk, verdict: Verdict) -> Wrong | None:
    """What is wrong beyond the last link: a tail cut off, rows without a place, a head that nobody anchored."""
    if walk.n < verdict.anchored:
        return Wrong("was anchored and is gone, with all that came after it", walk.n + 1)
    async with database.work("system:operator") as work:
        verdict.waiting, old = await stranded(work, walk.n, GRACE)
        now = await work.value("select clock_timestamp()")
    if old is not None:
        return Wrong("has no seal though it is older than a minute", None, old)
    if walk.last is not None and walk.n > verdict.anchored and now - walk.last.sealed_at > GRACE:
        return Wrong("is anchored nowhere: nobody outside the database vouches for it", verdict.anchored + 1)
    return None


def _hash(before: bytes, n: int, row: Row) -> bytes | None:
    """The row's hash; None for a row with values that no row of ours ever had."""
    try:
        return hash_of(before, n, row)
    except (TypeError, ValueError, AttributeError, OverflowError):
        return None
