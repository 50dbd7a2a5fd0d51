"""What a run wants to stand: which processes, behind proxies or not, on disks of which size."""

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple

from tests.faults.world import SERVICES

ALL_ROLES: Final = (
    "intake.api",
    "intake.relay",
    "intake.tick",
    "routing.api",
    "routing.consume",
    "routing.relay",
    "routing.tick",
    "sla.api",
    "sla.consume",
    "sla.relay",
    "sla.tick",
    "sla.send",
    "reporting.api",
    "reporting.consume",
    "reporting.relay",
    "reporting.tick",
)
"""Every role that has something to do in its service, once."""

LAUNCHER: Final = (sys.executable, "-m", "tests.faults.patched")
"""What starts a process of today's release."""

ROOT: Final = Path(__file__).parents[3]
"""Where `python -m tests...` works from."""


class Named(NamedTuple):
    """`sla.relay#2` taken apart."""

    service: str
    role: str


@dataclass(frozen=True)
class Layout:
    """One stand. `roles` are `service.role`; a further process of the same is `service.role#2`."""

    folder: Path
    """everything of the run lies here"""
    seed: int
    roles: tuple[str, ...] = ALL_ROLES
    bugs: tuple[str, ...] = ()
    """planted bugs; the launcher of each process plants those that concern it"""
    proxied: bool = True
    """each service reaches PostgreSQL and Kafka through a link of its own"""
    disks: Mapping[str, int] = field(default_factory=dict)
    """`{"postgres": bytes, "kafka": bytes}`: that server's data on a tmpfs of this size (root only)"""
    session_seconds: int = 6
    forked: bool = False
    """processes are forked from one that has everything imported: a restart costs a tenth of the CPU and the time"""

    @property
    def services(self) -> tuple[str, ...]:
        """Services that have a process here."""
        here = {named(role).service for role in self.roles}
        return tuple(name for name in SERVICES if name in here)


def named(role: str) -> Named:
    """Which service and which of its roles a process is."""
    service, _, kind = role.partition("#")[0].partition(".")
    return Named(service, kind)
