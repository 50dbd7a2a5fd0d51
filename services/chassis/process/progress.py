"""Is a loop getting on, is what it needs away, or is it stuck? (P13). Pure: seconds in, verdict out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

ASK_AFTER: Final = 10.0
"""Seconds of silence after which the dependencies are asked."""

REBUILD_AFTER: Final = 60.0
"""Seconds of silence, with every dependency answering, after which a loop and its clients are rebuilt."""

EXIT_AFTER: Final = 20.0
"""Seconds a rebuilt loop has before the process ends; with the probes between, by 90 s it is gone."""


class Verdict(StrEnum):
    """What is to be done about one loop."""

    RUNS = "runs"
    AWAY = "away"
    """a dependency does not answer a fresh probe: the role is paused and says so; never a reason to end"""
    QUIET = "quiet"
    """silent, dependencies answer, still within its time"""
    REBUILD = "rebuild"
    EXIT = "exit"


@dataclass(frozen=True, slots=True)
class Pulse:
    """What is known about one loop. Times are seconds of any clock that only goes forward."""

    since: float
    """when its silence began: its last beat, or the last moment a dependency did not answer"""
    rebuilt_at: float | None = None
    away: str | None = None
    """the dependency that did not answer last time"""

    def beat(self, at: float) -> "Pulse":
        """The loop finished a turn: a poll that found nothing, or work that is committed."""
        return Pulse(at)

    def needs_asking(self, at: float) -> bool:
        """Whether it was silent long enough to ask its dependencies."""
        return self.away is not None or at - self.since >= ASK_AFTER

    def asked(self, at: float, away: str | None) -> tuple["Pulse", Verdict]:
        """Judge after a probe. `away` names a dependency that did not answer; then the silence begins anew."""
        if away is not None:
            return Pulse(at, away=away), Verdict.AWAY
        here = replace(self, away=None)
        if self.rebuilt_at is not None:
            return here, Verdict.EXIT if at - self.rebuilt_at >= EXIT_AFTER else Verdict.QUIET
        if at - self.since >= REBUILD_AFTER:
            return replace(here, rebuilt_at=at), Verdict.REBUILD
        return here, Verdict.QUIET


class Heart:
    """One loop's beats and what its silence means. The loop calls `beat`; the watch asks for the rest."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._pulse = Pulse(now())
        self._beats = 0

    @property
    def beaten(self) -> bool:
        """Whether it ever finished a turn since it started or was rebuilt last."""
        return self._beats > 0

    @property
    def away(self) -> str | None:
        """The dependency it waits for, as far as known."""
        return self._pulse.away

    def beat(self) -> None:
        """A turn is finished."""
        self._beats += 1
        self._pulse = self._pulse.beat(self._now())

    def silent_for(self) -> float:
        """Seconds of silence so far."""
        return self._now() - self._pulse.since

    def needs_asking(self) -> bool:
        """Whether its dependencies are to be probed now."""
        return self._pulse.needs_asking(self._now())

    def judge(self, away: str | None) -> Verdict:
        """What a probe's answer means for it."""
        beats = self._beats
        self._pulse, verdict = self._pulse.asked(self._now(), away)
        if verdict is Verdict.REBUILD:
            self._beats -= beats
        return verdict
