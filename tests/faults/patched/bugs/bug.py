"""What a planted bug is."""

from collections.abc import Callable
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True, slots=True)
class Bug:
    """One textbook mistake, put into processes of some roles before they start."""

    name: str
    says: str
    """what is planted, in a sentence"""
    roles: tuple[str, ...]
    """the roles it is planted in, as patterns"""
    groups: frozenset[str]
    """columns of the checker's result of which at least one must be above zero"""
    scenario: str
    """the schedule that exposes it"""
    plant: Callable[[], None]

    def concerns(self, role: str) -> bool:
        """Whether a process of this role gets it; `routing.relay#2` is a `*.relay`."""
        plain = role.partition("#")[0]
        return plain == "all" or any(fnmatchcase(plain, pattern) for pattern in self.roles)
