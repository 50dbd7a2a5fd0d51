"""The sealer of one chain: gives rows their place, signs it, anchors the head outside the database (S5).

Any number may run: one of them has the chain at a time, and the place is a primary key. A crash between commit and
anchor leaves a head that the next round anchors.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final

from services.chassis.audit.anchors import Anchor, Anchors, AnchorsDamaged
from services.chassis.audit.chain import Link, Row, first_hash, hash_of, message_of
from services.chassis.audit.rows import claim, hash_at, head, save, unsealed
from services.chassis.audit.signer import SealReader, Signer
from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.signal import rest
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger
from services.chassis.work import Work

log = get_logger("audit")

EVERY: Final = 20.0
"""Seconds between two rounds. A row is sealed (30 s) and its head anchored (60 s) well before S5 asks for it."""

_BEAT: Final = 5.0
_BATCH: Final = 500


class Broken(Exception):
    """The chain is not what was signed or anchored; nothing is sealed on top of that. Says what in a closed word."""


class Sealer:
    """One loop over one service's audit log."""

    def __init__(
        self, database: Database, keys_dir: Path, audit_dir: Path, *, beat: Callable[[], None] = lambda: None
    ) -> None:
        self._database = database
        self._chain = database.service
        self._keys_dir = keys_dir
        self._anchors = Anchors(audit_dir, database.service)
        self._reader = SealReader(keys_dir)
        self._signer: Signer | None = None
        self._looked: datetime | None = None
        self._beat = beat

    async def run(self, stop: asyncio.Event) -> None:
        """Seal every so many seconds until told to stop, and once more then."""
        while not stop.is_set():
            await self._round()
            left = EVERY
            while left > 0 and not stop.is_set():
                await rest(stop, min(left, _BEAT))
                left -= _BEAT
                self._beat()
        await self._round()

    async def _round(self) -> None:
        service = self._chain
        try:
            sealed = await self.round()
        except Broken as broken:
            metrics.AUDIT_BROKEN.set(1, service=service)
            log.error("the audit log is not what was sealed", service=service, law="audit", reason=str(broken))
        except Exception as error:
            log.warning("the audit log was not sealed", service=service, exc_info=error)
            if is_transient(error):
                return
        else:
            metrics.AUDIT_BROKEN.set(0, service=service)
            if sealed:
                log.info("sealed", service=service, name="audit", count=sealed)
        self._beat()

    async def round(self) -> int:
        """Seal what waits and anchor the head; how many rows were sealed.

        Raises:
            Broken: the chain contradicts its signatures or its anchor.
        """
        sealed = 0
        while True:
            end, added = await self._database.run(self._seal, actor=f"system:{self._chain}")
            sealed += added
            if end is not None:
                await asyncio.to_thread(self._anchors.add, Anchor.of(end), self._signing())
            if added < _BATCH:
                return sealed

    async def _seal(self, work: Work) -> tuple[Link | None, int]:
        """One work: the chain's head after it, None where another sealer has the chain; rows added."""
        now = await claim(work)
        if now is None:
            return None, 0
        last = await head(work)
        await self._check(work, last)
        rows, seen = await unsealed(work, self._looked, _BATCH)
        metrics.AUDIT_WAITING.set(len(rows), service=self._chain)
        links = self._linked(last, rows, seen, self._looked or (last.looked_at if last else None))
        if links:
            await save(work, links)
        if len(rows) < _BATCH:
            work.after_commit(lambda: self._has_looked(now))
        return (links[-1] if links else last), len(links)

    async def _check(self, work: Work, last: Link | None) -> None:
        """Whether the head is ours, and no shorter than what was anchored."""
        if last is not None and not self._reader.is_ours(last.signer, message_of(self._chain, last), last.signature):
            raise Broken("head_not_signed")
        try:
            anchor = await asyncio.to_thread(self._anchors.last)
        except AnchorsDamaged:
            raise Broken("anchors_damaged") from None
        if anchor is None:
            return
        if last is None or last.n < anchor.n:
            if anchor.n:
                raise Broken("shorter_than_anchored")
        elif anchor.n and await hash_at(work, anchor.n) != bytes.fromhex(anchor.hash):
            raise Broken("other_than_anchored")

    def _linked(self, last: Link | None, rows: list[Row], seen: datetime | None, looked: datetime | None) -> list[Link]:
        links: list[Link] = []
        n, before = (last.n, last.hash) if last else (0, first_hash(self._chain))
        for row in rows:
            n, before = n + 1, hash_of(before, n + 1, row)
            assert seen is not None
            links.append(self._signed(Link(n, row.id, before, seen, looked, self._signing().id)))
        return links

    def _signed(self, link: Link) -> Link:
        return link.signed(link.signer, self._signing().sign(message_of(self._chain, link)))

    def _signing(self) -> Signer:
        """The key, read when it is needed first.

        Raises:
            SecretsError: it cannot be read or made.
        """
        if self._signer is None:
            self._signer = Signer.open(self._keys_dir)
        return self._signer

    def _has_looked(self, at: datetime) -> None:
        self._looked = at
