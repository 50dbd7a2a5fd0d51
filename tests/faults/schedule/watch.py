"""Looks at the whole pipeline beside the faults: when each is over, and whether anything lies still (P13)."""

import asyncio
import time
from typing import TYPE_CHECKING, Any, Final

from tests.faults.history import Line
from tests.faults.schedule.planned import Planned
from tests.faults.schedule.recovery import Pending, see
from tests.faults.schedule.servers import SERVER_NAMES, Away, Servers
from tests.faults.schedule.stalls import Stalls
from tests.faults.schedule.standing import Standing, standing

if TYPE_CHECKING:
    from tests.faults.stand.stand import Stand

_SOON: Final = 0.25
"""Seconds between two looks while a recovery is waited for."""

_SELDOM: Final = 1.0


class Watch:
    """One loop beside the schedule. `told` keeps the `recovered` lines for the sums at the end."""

    def __init__(self, stand: "Stand", servers: Servers) -> None:
        self.told: list[Line] = []
        self.stalled = 0
        self.backlog = 0
        """facts unsent and unread at the last look"""
        self._stand = stand
        self._servers = servers
        self._stalls = Stalls()
        self._open: list[tuple[Pending, dict[str, Any]]] = []
        self._fault: Planned | None = None
        self._pids: dict[str, int | None] = {}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                now = await standing(self._servers)
            except Away:
                self._stalls.away()
            else:
                await self._see(now)
            await asyncio.sleep(_SOON if self._open else _SELDOM)

    def await_recovery(self, pending: Pending, **told: Any) -> None:
        """Watch for the end of this fault."""
        self._open.append((pending, told))

    def open_faults(self) -> list[int]:
        """Faults that are not over: another one now overlaps with them."""
        return [pending.fault for pending, _ in self._open if not pending.over]

    def excuse(self, planned: Planned | None) -> None:
        """What is being done now: what it takes away is no standstill of anybody else."""
        self._fault = planned

    async def calm(self, within: float) -> None:
        """Wait until everything so far is over, so long at most."""
        deadline = time.monotonic() + within
        while self.open_faults() and time.monotonic() < deadline:
            await asyncio.sleep(0.05)

    async def settled(self, within: float) -> None:
        """Wait for the last recoveries; those that do not come are told as not seen."""
        await self.calm(within)
        for pending, told in self._open:
            if not pending.over:
                await self._over(pending, told)

    async def _see(self, now: Standing) -> None:
        self.backlog = now.backlog
        for stall in self._stalls.see(now, self._excused()):
            self.stalled += 1
            await self._stand.faults.write(
                "stall", role=stall.role, of=stall.what, mark=stall.mark, seconds=round(stall.seconds, 1)
            )
        for pending, told in list(self._open):
            was_over = pending.over
            see(pending, now)
            if pending.over and not was_over:
                await self._over(pending, told)
            if pending.drained:
                self._open = [one for one in self._open if one[0] is not pending]
                seconds = round(pending.took["drained"], 3)
                await self._stand.faults.write("drained", fault=pending.fault, seconds=seconds, most=pending.backlog)

    async def _over(self, pending: Pending, told: dict[str, Any]) -> None:
        line = pending.told | told
        self.told.append({"what": "recovered", **line})
        await self._stand.faults.write("recovered", **line)

    def _excused(self) -> set[str]:
        """Roles that are dead, frozen, started since the last look, or that a fault has cut off from a server."""
        found = set()
        for name, role in self._stand.roles.items():
            pid, before = role.pid, self._pids.get(name)
            self._pids[name] = pid
            if pid is None or pid != before or role.frozen:
                found.add(name)
        link = str(self._fault.told.get("link", "")) if self._fault is not None else ""
        server = self._fault.told.get("server") if self._fault is not None else None
        if link:
            found |= {name for name in self._stand.roles if name.startswith(link.partition(".")[0] + ".")}
        if server in SERVER_NAMES:
            found |= set(self._stand.roles)
        return found
