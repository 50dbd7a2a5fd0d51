"""What a kind of fault is given, and what it says about itself."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Protocol

from tests.faults.schedule.looks import Look, busy_look
from tests.faults.schedule.servers import Away, Servers

if TYPE_CHECKING:
    from tests.faults.stand.roles import Role
    from tests.faults.stand.stand import Stand

UP_WITHIN = 90.0
"""Seconds a process has to be there and ready again."""


_NOBODY_AFTER = 5.0
"""Seconds a supervisor has to start what died."""


class NotMet(Exception):
    """The situation this fault needs did not arise; it says so and counts for nothing."""


@dataclass(frozen=True, slots=True)
class Met:
    """A fault that was done."""

    label: str
    """what its recovery is counted under: `kill relay`, `link cut kafka`"""
    services: tuple[str, ...]
    """whose recovery is waited for"""
    at: float
    """when it struck, seconds since 1970"""
    counted: bool = True
    """work was in flight, or the point was met: the fault says something"""
    from_hit: bool = False
    """recovery is counted from `at`: there is nothing to heal but what a restart does by itself"""
    told: Mapping[str, Any] = field(default_factory=dict)
    """for its line in faults.jsonl: what the servers said, what was seen"""


class Kind(Protocol):
    """One fault with its particulars. `heal` is always called, whatever `hit` did, and may be called twice."""

    async def hit(self, scene: "Scene", rng: Random) -> Met:
        """Do it and hold it. Raises NotMet."""

    async def heal(self, scene: "Scene") -> None:
        """Bring back everything this fault took away; done when it returns."""


@dataclass(frozen=True)
class Scene:
    """A running stand under faults."""

    stand: "Stand"
    servers: Servers
    extra: "dict[str, Role]" = field(default_factory=dict)
    """processes that a fault has started besides"""

    @property
    def arm(self) -> Path:
        """Files here arm crash points."""
        return self.stand.places.arm

    async def busy(self, role: str) -> Look | None:
        """The moment to strike, when there is one soon; None when the servers do not say."""
        try:
            return await busy_look(self.servers, role)
        except Away:
            return None

    async def up(self, name: str) -> None:
        """Wait until a process runs and is ready, whoever starts it; when nobody does, we do."""
        role: Role = self.stand.roles[name]
        began = time.monotonic()
        while not await role.is_ready():
            if time.monotonic() - began > UP_WITHIN:
                raise TimeoutError(f"{name} is not ready {UP_WITHIN:.0f} s after a fault")
            if not role.alive and (not role.wanted or time.monotonic() - began > _NOBODY_AFTER):
                await role.start()
            await asyncio.sleep(0.1)


def service_of(role: str) -> str:
    """`sla` of `sla.relay#2`."""
    return role.partition(".")[0]


def role_of(role: str) -> str:
    """`relay` of `sla.relay#2`."""
    return role.partition("#")[0].partition(".")[2]


async def until(ask: Callable[[], bool], within: float, what: str) -> None:
    """Ask until it is so. Raises NotMet naming what did not come."""
    began = time.monotonic()
    while not ask():
        if time.monotonic() - began > within:
            raise NotMet(what)
        await asyncio.sleep(0.02)
