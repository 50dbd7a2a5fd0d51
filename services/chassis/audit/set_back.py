"""After `baton restore`: the chain is as short as the copy was, and the anchors are told so by whoever has the key."""

import asyncio
from pathlib import Path

from services.chassis.audit.anchors import Anchors
from services.chassis.audit.record import audit
from services.chassis.audit.rows import hash_at, head
from services.chassis.audit.signer import SealReader, Signer
from services.chassis.database import Database


class OtherHistory(Exception):
    """The copy is not an earlier state of what was anchored: its log stays wrong for every verifier."""


async def set_back(database: Database, keys_dir: Path, audit_dir: Path) -> int:
    """Say in the anchors that the log ends where the copy ends; how many sealed rows the copy lacks.

    Raises:
        AnchorsDamaged: a line is none of ours.
        OtherHistory: what is left was never anchored like this.
    """
    anchors = Anchors(audit_dir, database.service)
    kept = await asyncio.to_thread(anchors.kept, SealReader(keys_dir))
    async with database.work("system:operator") as work:
        last = await head(work)
        before = [one for one in kept if last is not None and one.n <= last.n and one.n]
        if before and await hash_at(work, before[-1].n) != bytes.fromhex(before[-1].hash):
            raise OtherHistory(database.service)
        at = await work.value("select clock_timestamp()")
        lost = (kept[-1].n if kept else 0) - (last.n if last else 0)
        if lost <= 0:
            return 0
        await audit(work, "database_restored", "audit", {"rows_lacking": lost})
    signer = await asyncio.to_thread(Signer.open, keys_dir)
    return await asyncio.to_thread(anchors.set_back, last, at, signer)
