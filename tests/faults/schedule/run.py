"""Carrying a schedule out: one fault after the other, each written down before, at, and after it, none left unhealed.

Lines of faults.jsonl written here, beside those of the stand (`ended`, `started`, `ready`, ...): `schedule` (what was
planned), `fault` (about to be done), `met` or `not met` (with what the servers said just before), `healed`, `recovered`
(`seconds` is None when that was not seen), `drained` (the backlog is as before), `poison`, `stall` (a breach of P13),
`figures` (the sums at the end). A `met` line with `too_slow` is a breach of P14.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import asdict
from random import Random
from typing import TYPE_CHECKING, Any, Final

from deploy.local.errors import StackError
from tests.faults.schedule.kinds import kind_of
from tests.faults.schedule.planned import Planned
from tests.faults.schedule.recovery import Pending, figures
from tests.faults.schedule.scene import Kind, Met, NotMet, Scene
from tests.faults.schedule.servers import Away, Servers
from tests.faults.schedule.watch import Watch

if TYPE_CHECKING:
    from tests.faults.stand.stand import Stand

CALM_WITHIN: Final = 3.0
"""Seconds the next fault waits for the recovery of the one before; then they overlap, which is told."""

_HEALED_WITHIN: Final = 90.0

LAST_WITHIN: Final = 120.0
"""Seconds the last recoveries are waited for."""

Summary = dict[str, Any]


async def run_schedule(
    stand: "Stand", planned: Sequence[Planned], until: float | None = None, *, calm_within: float = CALM_WITHIN
) -> Summary:
    """Do these faults, and again at the end each that did not count; what became of them.

    `until`: `time.monotonic()` after which no further fault begins. A fault that cannot be healed ends the run.
    """
    async with Servers(stand.world) as looking, Servers(stand.world) as watching:
        watch = Watch(stand, watching)
        await stand.faults.write("schedule", planned=[asdict(one) for one in planned])
        task = asyncio.create_task(watch.run(), name="schedule.watch")
        run = _Run(Scene(stand, looking), watch, task, until, calm_within)
        try:
            for one in planned:
                await run.one(one)
            for one in list(run.again):
                await run.one(one, again=True)
            await watch.settled(LAST_WITHIN)
            run.require_watch()
        finally:
            task.cancel()
            await asyncio.wait({task})
        return await run.summed()


class _Run:
    """One schedule being carried out."""

    def __init__(
        self, scene: Scene, watch: Watch, watching: "asyncio.Task[None]", until: float | None, calm_within: float
    ) -> None:
        self.watch = watch
        self._watching = watching
        self.again: list[Planned] = []
        self._scene = scene
        self._until = until
        self._calm_within = calm_within
        self._faults = scene.stand.faults
        self._met: dict[str, list[bool]] = {}
        self._not_met: list[int] = []
        self._skipped = 0

    def require_watch(self) -> None:
        """Raises what ended the watch: without it no recovery and no standstill is seen, and the run says nothing."""
        if self._watching.done():
            self._watching.result()

    async def one(self, planned: Planned, *, again: bool = False) -> None:
        """One fault: calm, done, healed; its recovery is watched beside what comes next."""
        if self._until is not None and time.monotonic() > self._until:
            self._skipped += 1
            return
        await self.watch.calm(self._calm_within)
        self.require_watch()
        await asyncio.sleep(planned.calm)
        overlaps = self.watch.open_faults()
        before = self.watch.backlog
        await self._faults.write("fault", fault=planned.n, kind=planned.kind, told=planned.told, again=again)
        kind, met = kind_of(planned), None
        self.watch.excuse(planned)
        try:
            met = await self._hit(planned, kind, again)
        finally:
            await self._heal(kind)
            self.watch.excuse(None)
        healed = await self._faults.write("healed", fault=planned.n)
        if met is not None:
            since = met.at if met.from_hit else time.time()
            pending = Pending(planned.n, met.label, met.services, since, before)
            self.watch.await_recovery(pending, overlaps=overlaps, healed_line=healed)

    async def _hit(self, planned: Planned, kind: Kind, again: bool) -> Met | None:
        try:
            met = await kind.hit(self._scene, Random(f"{planned.n} {planned.line}"))
        except (NotMet, Away) as why:
            await self._faults.write("not met", fault=planned.n, kind=planned.kind, why=str(why))
            self._wanting(planned, again)
            return None
        await self._faults.write(
            "met", fault=planned.n, kind=planned.kind, label=met.label, counted=met.counted, hit_at=met.at,
            services=met.services, **met.told,
        )  # fmt: skip
        self._met.setdefault(planned.kind, []).append(met.counted)
        if not met.counted:
            self._wanting(planned, again)
        return met

    async def _heal(self, kind: Kind) -> None:
        """Again while a server does not answer: one that was killed may still be starting."""
        deadline = time.monotonic() + _HEALED_WITHIN
        while True:
            try:
                return await kind.heal(self._scene)
            except (Away, StackError):
                if time.monotonic() > deadline:
                    raise
                await asyncio.sleep(0.5)

    def _wanting(self, planned: Planned, again: bool) -> None:
        if again:
            self._not_met.append(planned.n)
        else:
            self.again.append(planned)

    async def summed(self) -> Summary:
        """Faults met, those that counted, those never met, and recovery by label; also written down."""
        summary: Summary = {
            "met": {kind: len(counted) for kind, counted in sorted(self._met.items())},
            "counted": {kind: sum(counted) for kind, counted in sorted(self._met.items())},
            "not_met": self._not_met,
            "skipped": self._skipped,
            "stalls": self.watch.stalled,
            "recovery": {label: asdict(one) for label, one in figures(self.watch.told).items()},
        }
        await self._faults.write("figures", **summary)
        return summary
