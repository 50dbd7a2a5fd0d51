"""Everything a demo has to show, as plain values: the tables print it, `--json` writes it. No person is in it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.demo.pairs import Found


@dataclass(frozen=True)
class Door:
    """One partner at intake's door; `refused` by code, `malformed` requests are no referrals."""

    partner: str
    sent: int
    accepted: int
    malformed: int
    repeated: int
    refused: Mapping[str, int]


@dataclass(frozen=True)
class Site:
    """One site's leads, as its desk shows them at the end. Confirmed duplicates stand under another lead."""

    site: str
    name: str
    accepted: int
    duplicates: int
    closed: int
    open: int
    waiting: int
    owners: Sequence[tuple[str, int, int]]
    """label, open leads, room"""


@dataclass(frozen=True)
class Room:
    """The waiting room: how many ever stood in it, at most at once, how many got an owner out of it, and when."""

    ever: int
    most: int
    owned_later: int
    longest: float
    now: int


@dataclass(frozen=True)
class Alerts:
    """Facts of alerts; `letters` arrived in the mailbox."""

    raised: Mapping[str, int]
    delivered: int
    failed: int
    acknowledged: int
    withdrawn: int
    letters: int


@dataclass(frozen=True)
class Spread:
    """Milliseconds between two moments, over `n` leads."""

    n: int
    median: float
    p99: float


@dataclass(frozen=True)
class Law:
    """One line of `doctor`."""

    law: str
    checked: int
    broken: Sequence[str]


@dataclass(frozen=True)
class Check:
    """One thing this run had to show; `says` what was found."""

    what: str
    holds: bool
    says: str


@dataclass(frozen=True)
class Figures:
    """One run."""

    referrals: int
    seed: int
    network: str
    declared_recruiting: bool
    doors: Sequence[Door]
    sites: Sequence[Site]
    room: Room
    duplicates: Found
    keeps: Mapping[str, float]
    alerts: Alerts
    latency: Mapping[str, Spread]
    summaries: Mapping[str, Mapping[str, Any]]
    laws: Sequence[Law]
    checks: Sequence[Check]
    seconds: Mapping[str, float] = field(default_factory=dict)
    """how long each part of the demo took"""

    def as_json(self) -> dict[str, Any]:
        """As `--json` writes it."""
        return asdict(self)


def spread(milliseconds: Sequence[float]) -> Spread:
    """Median and p99 (nearest rank)."""
    ordered = sorted(milliseconds)
    if not ordered:
        return Spread(0, 0.0, 0.0)
    return Spread(len(ordered), _rank(ordered, 0.5), _rank(ordered, 0.99))


def _rank(ordered: Sequence[float], share: float) -> float:
    return round(ordered[max(0, -int(-share * len(ordered) // 1) - 1)], 1)
