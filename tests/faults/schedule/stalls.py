"""Work, an answering dependency, and no progress for over 90 s in a process that did not end: a breach of P13. Pure."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from typing import Final

from tests.faults.schedule.standing import Standing

ALLOWED: Final = 90.0
"""Seconds a role may make no progress before it has to be gone (P13)."""


@dataclass(frozen=True, slots=True)
class Stall:
    """One piece of work that lies still. `mark` is what it lies at: an offset, the time of the oldest row or timer."""

    role: str
    """`sla.relay`"""
    what: str
    """`outbox`, `leads/3`, `timers`, `mail`"""
    mark: float
    seconds: float


class Stalls:
    """Fed with looks that were answered: so both servers are there. Says each stall once."""

    def __init__(self) -> None:
        self._since: dict[tuple[str, str], tuple[float, float]] = {}
        self._told: set[tuple[str, str, float]] = set()

    def see(self, now: Standing, excused: Set[str] = frozenset()) -> list[Stall]:
        """New stalls. `excused`: roles that are dead, frozen, just started, or cut off now; their time starts anew."""
        found, lies = [], {}
        for role, what, mark in work_of(now):
            before, since = self._since.get((role, what), (None, now.at))
            if before != mark or role in excused:
                since = now.at
            lies[role, what] = (mark, since)
            if now.at - since > ALLOWED and (role, what, mark) not in self._told:
                self._told.add((role, what, mark))
                found.append(Stall(role, what, mark, now.at - since))
        self._since = lies
        return found

    def away(self) -> None:
        """A server did not answer: everybody's time starts anew."""
        self._since = {}


def work_of(now: Standing) -> Iterator[tuple[str, str, float]]:
    """What each role has to do, and where it stands in it: a mark that changes with every progress."""
    for service, waits in now.waiting.items():
        if waits.oldest is not None:
            yield f"{service}.relay", "outbox", waits.oldest
        for stream, partition in waits.lag or ():
            yield f"{service}.consume", f"{stream}/{partition}", now.positions[service].get((stream, partition), 0)
        if waits.first_due is not None:
            yield f"{service}.tick", "timers", waits.first_due
        if waits.first_free_mail is not None:
            yield f"{service}.send", "mail", waits.first_free_mail
