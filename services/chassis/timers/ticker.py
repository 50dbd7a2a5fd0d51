"""The ticker: turns due timers into effects, exactly once, never early (P8), lead first, poison alone (P7)."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.signal import rest
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger
from services.chassis.timers.allowance import FREE, Allowance, Counted, allowance_of
from services.chassis.timers.due import DueTimer
from services.chassis.timers.rows import hold_failed, take_off
from services.chassis.work import Work

if TYPE_CHECKING:  # service.py needs DueTimer; at run time this file needs nothing of it
    from services.chassis.service import TimerKind

log = get_logger("timers")

BATCH: Final = 500
_AHEAD: Final = timedelta(seconds=1)
"""How far a look reaches into the future, to wake exactly when the next timer is due."""

_SHORTEST: Final = 0.05
_LONGEST: Final = 0.5
"""Seconds between two looks; a timer set meanwhile for less than that ahead is that much late at most (aim 1 s)."""

_LOOK: Final = """
select kind, subject, due from timer
where held_at is null and due <= $1 and kind = any($2::text[])
  and due <= ($3::timestamptz[])[shard + 1] and subject <> all($4::uuid[])
order by due limit $5
"""

Hears = Callable[[Work], Awaitable[Mapping[int, Counted]]]
"""What was heard of the awaited stream, by partition; one statement."""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at the table found: due timers, at most one a subject, and seconds until the next one."""

    due: tuple[DueTimer, ...]
    next_in: float | None


class Ticker:
    """One loop over those kinds of timers that wait for the same stream, or for none.

    Any number may run beside each other, in any number of processes: subjects are claimed with SKIP LOCKED.
    """

    def __init__(
        self,
        database: Database,
        kinds: Sequence["TimerKind"],
        *,
        hears: Hears | None = None,
        beat: Callable[[], None] = lambda: None,
        batch: int = BATCH,
    ) -> None:
        self._database = database
        self._kinds = {kind.name: kind for kind in kinds}
        self._hears = hears
        self._beat = beat
        self._batch = batch
        self._busy: set[UUID] = set()
        self._actor = f"system:{database.service}"

    async def run(self, stop: asyncio.Event) -> None:
        """Fire until told to stop. Transient errors are tried again with backoff, as long as it takes."""
        pause = _SHORTEST
        while not stop.is_set():
            try:
                fired, next_in = await self.round()
            except Exception as error:
                if not is_transient(error):
                    raise
                log.warning("the ticker waits for its database", service=self._database.service, exc_info=error)
                fired, next_in = 0, _LONGEST
            else:
                self._beat()
            pause = _SHORTEST if fired else min(pause * 1.5, _LONGEST)
            if not fired:
                await rest(stop, pause if next_in is None else min(pause, next_in))

    async def round(self) -> tuple[int, float | None]:
        """Fire what is due now, `BATCH` at most; how many fired, and seconds until the next is due, if that is soon.

        The look takes no locks. It passes over subjects whose key the awaited relay holds: their timers stay pending,
        and go on by themselves once it is published. Then one `Work` a kind: lock the subjects, read the time, take
        the timers off in a new statement, fire. Costs 4 statements for the look and 4 and those of `fire` for each
        kind that is due.
        """
        async with self._database.work(self._actor) as work:
            look, allowance = await self._look(work)
        fired = 0
        for kind in dict.fromkeys(timer.kind for timer in look.due):
            due = [timer for timer in look.due if timer.kind == kind]
            fired += await self._fire_or_hold(self._kinds[kind], due, allowance)
        if not look.due:
            self._busy.clear()
        return fired, look.next_in

    async def _look(self, work: Work) -> tuple[Look, Allowance]:
        clocks = await work.one("select baton_now() as at, clock_timestamp() as real")
        assert clocks is not None
        at: datetime = clocks["at"]
        allowance = FREE
        if self._hears is not None:
            allowance = allowance_of(await self._hears(work), real=clocks["real"])
            metrics.TIMERS_WAITING.set(allowance.held_back, service=self._database.service)
        passed_over = [*self._busy, *allowance.held]
        rows = await work.fetch(_LOOK, at + _AHEAD, list(self._kinds), list(allowance.until), passed_over, self._batch)
        first: dict[UUID, DueTimer] = {}
        for row in rows:  # a subject's second timer comes in the next round: its timers fire in the order of their time
            if row["due"] <= at:
                first.setdefault(row["subject"], DueTimer(row["kind"], row["subject"], row["due"]))
        coming = [row["due"] for row in rows if row["due"] > at]
        return Look(tuple(first.values()), (coming[0] - at).total_seconds() if coming else None), allowance

    async def _fire_or_hold(self, kind: "TimerKind", due: Sequence[DueTimer], allowance: Allowance) -> int:
        """Fire these; if that fails for good, each alone, and hold the one that fails."""
        try:
            return await self._database.run(lambda work: self._fire(work, kind, due, allowance), actor=self._actor)
        except Exception as error:
            if is_transient(error):
                raise
            if len(due) == 1:
                await self._hold(due[0], error)
                return 0
        fired = 0
        for timer in due:
            fired += await self._fire_or_hold(kind, [timer], allowance)
            self._beat()
        return fired

    async def _fire(self, work: Work, kind: "TimerKind", due: Sequence[DueTimer], allowance: Allowance) -> int:
        wanted = sorted(timer.subject for timer in due)
        locked = await kind.lock(work, wanted)
        self._busy.update(subject for subject in wanted if subject not in locked)
        if not locked:
            return 0
        at = await work.take_time()
        taken = await take_off(work, kind.name, sorted(locked), allowance.until, allowance.sure)
        if taken:
            await kind.fire(work, taken)
            work.after_commit(lambda: self._tell(taken, at))
        return len(taken)

    async def _hold(self, timer: DueTimer, error: Exception) -> None:
        async with self._database.work(self._actor) as work:
            await hold_failed(work, timer)
        service, key = self._database.service, timer.subject
        log.error("a timer failed and is held", service=service, kind=timer.kind, key=key, exc_info=error)

    def _tell(self, taken: Sequence[DueTimer], at: datetime) -> None:
        service = self._database.service
        for timer in taken:
            metrics.TIMER_LATENESS.observe((at - timer.due).total_seconds(), service=service)
        metrics.TIMERS_FIRED.add(len(taken), service=service)
