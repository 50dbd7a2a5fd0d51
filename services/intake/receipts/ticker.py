"""Old refusals are forgotten, a slice at a time (P17)."""

from typing import Final

from services.chassis.service import Sweep
from services.chassis.work import Work
from services.intake.receipts.storage.receipts import forget_refusals

_EVERY: Final = 3600.0
_SLICE: Final = 5_000


async def _forget(work: Work) -> int:
    return await forget_refusals(work, _SLICE)


def receipt_sweeps() -> tuple[Sweep, ...]:
    """Once an hour."""
    return (Sweep("forget_refusals", _EVERY, _forget),)
