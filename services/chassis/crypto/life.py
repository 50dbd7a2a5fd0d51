"""One life of a process: its number and when it began, so that a reused number is not taken for the old process."""

import os
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Life:
    """Who owns a block of keys: one opening of the store, by one process, since one moment."""

    id: str
    pid: int
    started: str

    @classmethod
    def begin(cls) -> "Life":
        """Return the life of this process as of now; two calls give two lives."""
        return cls(uuid4().hex, os.getpid(), _started(os.getpid()) or "")


def is_over(pid: int, started: str) -> bool:
    """Say whether the process of that number and that start has ended (on this machine)."""
    now = _started(pid)
    if now is not None:
        return now != started
    if started:  # it had a start time when it began and has none now
        return True
    try:
        os.kill(pid, 0)  # no /proc on this system: the number is all there is
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _started(pid: int) -> str | None:
    """Return boot and clock ticks of the start (proc(5), field 22), None for a process that is gone or a zombie."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return None if fields[0] in "ZX" else f"{_BOOT.read_text().strip()}:{fields[19]}"
    except OSError:
        return None
