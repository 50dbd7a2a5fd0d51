"""What a supervisor watches: anything that starts, stops and may die in between."""

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Protocol

import httpx

from deploy.local.children import Child, Errand, start_child, stop_child, wait_until
from deploy.local.errors import StackError
from deploy.local.state import PartState

_SHORTEST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_STEADY_AFTER = 60.0


class Part(Protocol):
    """Kafka, PostgreSQL, the mailbox, the served program."""

    name: str
    child: Child | None

    def start(self) -> None:
        """Start it without waiting until it answers."""

    def stop(self) -> None:
        """Stop it; harmless when it does not run."""


@dataclass
class Command:
    """A program of ours as a part. `ready_url` answers 200 once it can work."""

    name: str
    errand: Errand
    grace: float = 15.0
    ready_url: str | None = None
    child: Child | None = None

    def start(self) -> None:
        """Start it without waiting until it answers."""
        self.child = start_child(self.name, self.errand)

    def wait_ready(self, within: float) -> None:
        """Return when its address answers (at once without one); StackError when it dies first or is late."""
        if self.ready_url is not None:
            with httpx.Client(timeout=2, trust_env=False) as http:  # one for all looks: making one takes 60 ms
                wait_until(partial(self._answers, http), self.child, self.errand.log, within)

    def stop(self) -> None:
        """SIGTERM, then SIGKILL after its grace."""
        if self.child is not None:
            stop_child(self.child, grace=self.grace)

    def _answers(self, http: httpx.Client) -> bool:
        try:
            return http.get(self.ready_url or "").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


def pause_before(restart: int) -> float:
    """Seconds to wait before the nth restart in a row (1, 2, ...): 0.5, 1, 2, ... at most 30."""
    return float(min(_SHORTEST_PAUSE * 2 ** (restart - 1), _LONGEST_PAUSE))


class Watched:
    """A part and the record of its falls."""

    def __init__(self, part: Part) -> None:
        self.part = part
        self.state = PartState(part.name, None, datetime.now(UTC))
        self._in_a_row = 0
        self._due: float | None = None
        self._started = time.monotonic()
        self._note()

    def look(self) -> str | None:
        """Bring it back if it fell and its pause is over. A line to say when something happened, else None."""
        now = time.monotonic()
        if self.part.child is not None and self.part.child.is_alive():
            return None
        if self._due is None:
            return self._fell(now)
        if now < self._due:
            return None
        self._due, self._started = None, now
        try:
            self.part.start()
        except (StackError, OSError) as failed:
            return f"{self.part.name} could not start: {failed}"
        self.state = replace(self.state, restarts=self.state.restarts + 1)
        self._note()
        return f"{self.part.name} started again"

    def _fell(self, now: float) -> str:
        self._in_a_row = 1 if now - self._started > _STEADY_AFTER else self._in_a_row + 1
        pause = pause_before(self._in_a_row)
        self._due = now + pause
        code = self.part.child.process.returncode if self.part.child else None
        self.state = replace(self.state, process=None, last_exit=code, since=datetime.now(UTC))
        return f"{self.part.name} ended (code {code}); starting it again in {pause:g} s"

    def _note(self) -> None:
        process = self.part.child.identity if self.part.child else None
        self.state = replace(self.state, process=process, since=datetime.now(UTC))
