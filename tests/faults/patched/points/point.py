"""What a crash point is."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tests.faults.patched.arms import Held

Passage = Callable[[Held], None]
"""Called where the point lies; it returns, unless the point is armed."""

EVERY = "all"
"""the role name of a process that runs every role"""


@dataclass(frozen=True, slots=True)
class Point:
    """A place in the product where a process may be killed or stopped."""

    name: str
    says: str
    """delivery.md's words for it; in brackets where it is one of ours besides"""
    where: str
    """what is patched"""
    roles: tuple[str, ...]
    """the roles that can meet it, as patterns: `*.relay`, `cli.parked`"""
    wrap: Callable[[Passage], None]
    stop_for: float = 3.0
    """seconds a stop here should last before the process goes on"""
    open_transaction: bool = False
    """a transaction is open: PostgreSQL ends it after 10 s of a stop"""

    def is_met_by(self, role: str) -> bool:
        """Whether this process passes it at all; `sla.relay#2` is a `*.relay`."""
        plain = role.partition("#")[0]
        return plain == EVERY or any(fnmatchcase(plain, pattern) for pattern in self.roles)
