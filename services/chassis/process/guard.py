"""The last resort: a thread that ends the process when the event loop cannot (P14).

It owns the signals. They are blocked in every other thread, so that a loop blocked in C code, or a library's own
handlers, cannot keep SIGTERM from being heard.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from typing import Final

DRAIN: Final = 18.0
"""Seconds from the signal to the hard exit; with a slow scheduler still under 20."""

BLOCKED: Final = 80.0
"""Seconds the event loop may do nothing at all: no coroutine can rebuild it, so the process ends within 90."""

STUCK: Final = 70
"""Exit code of a process that ended itself: EX_SOFTWARE of sysexits.h."""

_LOOK: Final = 1.0
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


class Guard:
    """Watches one process from outside its loop. `exit_now` is `os._exit`, or a test's own."""

    def __init__(self, *, drain: float = DRAIN, blocked: float = BLOCKED, exit_now: Callable[[int], object] = os._exit):
        self._drain = drain
        self._blocked = blocked
        self._exit_now = exit_now
        self._ticks = 0
        self._asked: float | None = None
        self._ask: Callable[[], object] = lambda: None

    @staticmethod
    def block_signals() -> None:
        """Call first, in the main thread: threads made later inherit it, and this guard's thread waits for them."""
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)

    def start(self, ask: Callable[[], object]) -> None:
        """Begin to watch; `ask` is called from this thread, once, when the process is asked to end."""
        self._ask = ask
        threading.Thread(target=self._wait_for_signals, name="signals", daemon=True).start()
        threading.Thread(target=self._watch, name="guard", daemon=True).start()

    def tick(self) -> None:
        """The loop is alive; called by it every second."""
        self._ticks += 1

    def end(self, why: str, code: int = STUCK) -> None:
        """Leave at once, saying why. Nothing is flushed: all that matters is in the database."""
        os.write(2, f'{{"event": "hard_exit", "level": "error", "why": "{why}"}}\n'.encode())
        self._exit_now(code)

    def ending(self) -> None:
        """The clock of the drain starts, if it does not run yet."""
        if self._asked is None:
            self._asked = time.monotonic()

    def _wait_for_signals(self) -> None:
        while True:
            signal.sigwait(_SIGNALS)
            if self._asked is not None and time.monotonic() - self._asked > 1:
                self.end("asked_twice", 1)
            if self._asked is None:
                self.ending()
                self._ask()

    def _watch(self) -> None:
        """Counts its own turns, not the clock: a process that was frozen as a whole gets its full time again."""
        seen, turns = self._ticks, 0
        while True:
            time.sleep(_LOOK)
            turns = 0 if self._ticks != seen else turns + 1
            seen = self._ticks
            if turns * _LOOK >= self._blocked:
                self.end("loop_blocked")
            if self._asked is not None and time.monotonic() - self._asked >= self._drain:
                self.end("drain_too_slow", 1)
