"""What the applied document says, read as plain values: targets, people, pools."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

_UNITS: Final = {"s": 1, "m": 60, "bm": 60, "h": 3600, "bd": 480 * 60}
_WRITTEN: Final = re.compile(r"([0-9]+)(s|m|bm|h|bd)")

_STANDS_IN: Final = ("site_lead", "network_manager")
_CAPACITY: Final = 40
"""Open leads of a staff member whose entry names no number (defaults.md)."""
_WEIGHT: Final = 100


@dataclass(frozen=True, slots=True)
class Deadlines:
    """When a clock is measured, warns, breaks."""

    target_at: datetime
    warn_at: datetime
    breach_at: datetime

    def of(self, level: str) -> datetime:
        """When a level is due."""
        return self.warn_at if level == "warning" else self.breach_at


@dataclass(frozen=True, slots=True)
class Target:
    """A policy's first response, in seconds."""

    target: int
    warn: int
    breach: int

    def after(self, start: datetime) -> Deadlines:
        """On a calendar that is always open business time is time."""
        return Deadlines(*(start + timedelta(seconds=n) for n in (self.target, self.warn, self.breach)))


@dataclass(frozen=True)
class Network:
    """The document, by id."""

    studies: Mapping[str, Mapping[str, Any]]
    sites: Mapping[str, Mapping[str, Any]]
    staff: Mapping[str, Mapping[str, Any]]
    pools: Mapping[str, Mapping[str, Any]]
    routes: Mapping[str, Mapping[str, Any]]
    policies: Mapping[str, Target]
    calendars: Mapping[str, bool]
    """calendar -> whether every second counts"""
    _stand_ins: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Network":
        """Read the sections a law needs."""
        policies = {}
        for name, policy in _by_id(document, "policies").items():
            rule = policy["first_response"]
            policies[name] = Target(*(duration(rule[part]) for part in ("target", "warn", "breach")))
        always = {name: bool(one.get("always_open")) for name, one in _by_id(document, "calendars").items()}
        studies, sites, staff = (_by_id(document, section) for section in ("studies", "sites", "staff"))
        return cls(studies, sites, staff, _by_id(document, "pools"), _by_id(document, "routes"), policies, always)

    def target(self, study: str, site: str) -> Target | None:
        """What is asked of a study at a site; None where its calendar closes (this program counts no office hours)."""
        if study not in self.studies or site not in self.sites:
            return None
        if not self.calendars.get(self.sites[site]["calendar"], False):
            return None
        return self.policies.get(self.studies[study]["policy"])

    def capacity(self, staff: str) -> int:
        """Open leads at once, hard; nobody unknown has room."""
        return int(self.staff[staff].get("capacity", _CAPACITY)) if staff in self.staff else 0

    def weight(self, staff: str) -> int:
        """Share of full time, per cent."""
        return int(self.staff[staff].get("weight", _WEIGHT))

    def stand_ins(self, site: str) -> frozenset[str]:
        """Who may be accountable for what nobody owns there: one of its site leads, else of its network managers."""
        if site not in self._stand_ins:
            self._stand_ins[site] = self._standing_in(site)
        return self._stand_ins[site]

    def _standing_in(self, site: str) -> frozenset[str]:
        for role in _STANDS_IN:
            names = {name for name, one in self.staff.items() if site in one.get("sites", ()) and role in one["roles"]}
            if names:
                return frozenset(names)
        return frozenset()

    def pool_of(self, route: str) -> str | None:
        """Whose turn it is on a route."""
        return str(self.routes[route]["pool"]) if route in self.routes else None

    def members(self, pool: str) -> tuple[str, ...]:
        """Who may own a pool's leads."""
        return tuple(self.pools[pool]["members"]) if pool in self.pools else ()


def duration(written: Any) -> int:
    """`90s`, `4h`, `2bd`, or whole seconds."""
    if isinstance(written, int):
        return written
    found = _WRITTEN.fullmatch(str(written))
    if found is None:
        raise ValueError(f"no duration: {written}")
    return int(found[1]) * _UNITS[found[2]]


def _by_id(document: Mapping[str, Any], section: str) -> dict[str, Mapping[str, Any]]:
    items: Iterable[Mapping[str, Any]] = document.get(section) or ()
    return {str(item["id"]): item for item in items}
