"""Rounds done every so many seconds in the tick role, and the housekeeping every service has (P17)."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.signal import rest
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger
from services.chassis.timers.ledger import conservation, roll_up
from services.chassis.work import Work

if TYPE_CHECKING:
    from services.chassis.service import Sweep

log = get_logger("sweeps")

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_LONGEST_TURN: Final = 5.0
"""Seconds between two beats of a sweep that has nothing to do yet."""


class Sweeper:
    """One loop over one sweep: a first round at once, then every so many seconds, each in a `Work` of its own."""

    def __init__(self, database: Database, sweep: "Sweep", *, beat: Callable[[], None] = lambda: None) -> None:
        self._database = database
        self._sweep = sweep
        self._beat = beat

    async def run(self, stop: asyncio.Event) -> None:
        """Sweep until told to stop. A round that fails is logged and comes again with the next."""
        while not stop.is_set():
            await self.round()
            await self._rest(stop)

    async def round(self) -> bool:
        """One round; False when it failed."""
        service = self._database.service
        try:
            swept = await self._database.run(self._sweep.run, actor=f"system:{service}")
        except Exception as error:
            if not is_transient(error):
                self._beat()  # it got its answer; the fault is its own and is told
            log.warning("a sweep failed", service=service, name=self._sweep.name, exc_info=error)
            return False
        self._beat()
        if swept:
            log.info("swept", service=service, name=self._sweep.name, count=swept)
        return True

    async def _rest(self, stop: asyncio.Event) -> None:
        left = self._sweep.every
        while left > 0 and not stop.is_set():
            await rest(stop, min(left, _LONGEST_TURN))
            left -= _LONGEST_TURN
            if left > 0:
                self._beat()


async def watch_ledger(work: Work) -> int:
    """The whole timer table against the ledger, once an hour; a gap pages."""
    ledger = await conservation(work)
    metrics.LEDGER_GAP.set(ledger.gap, service=work.service)
    if ledger.gap:
        log.error("timers do not add up", service=work.service, law="timers", count=ledger.gap)
    return 0


async def watch_held(work: Work) -> int:
    """How many timers wait for repair, of failed firings and of parked leads."""
    held = await work.value("select count(*) from timer where held_at is not null")
    metrics.TIMERS_HELD.set(held, service=work.service)
    return 0


def housekeeping() -> "tuple[Sweep, ...]":
    """What every service's tick role does besides its own sweeps."""
    from services.chassis.service import Sweep

    return (
        Sweep("timer_ledger", _HOUR, watch_ledger),
        Sweep("timers_held", _MINUTE, watch_held),
        Sweep("ledger_roll_up", _MINUTE, roll_up),
        Sweep("idempotency_past", _HOUR, forget_answers),
    )


async def forget_answers(work: Work) -> int:
    """Idempotency rows older than 400 days (P17), in slices."""
    return int(
        await work.value(
            "with old as (select client, key from idempotency where created < clock_timestamp() - interval '400 days' "
            "limit 5000), gone as (delete from idempotency using old where idempotency.client = old.client "
            "and idempotency.key = old.key returning 1) select count(*) from gone"
        )
    )
