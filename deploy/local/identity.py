"""Which process exactly: a pid alone may have been given to somebody else since."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Identity:
    """A process for ever: its pid, its start in clock ticks since boot, and the boot (Linux /proc)."""

    pid: int
    started: int
    boot: str


def identity_of(pid: int) -> Identity | None:
    """The process that has this pid now, or None when there is none. A zombie is none: it holds nothing and runs
    nothing.
    """
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    fields = text[text.rindex(")") + 2 :].split()  # the name before it may hold spaces and brackets (proc(5))
    if fields[0] in "ZXx" and int(fields[17]) <= 1:  # its first thread may be dead while others still hold its ports
        return None
    return Identity(pid=pid, started=int(fields[19]), boot=_boot())


def is_running(identity: Identity) -> bool:
    """Whether that very process still runs; a recycled pid is not it."""
    return identity_of(identity.pid) == identity


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def working_in(folder: Path) -> list[int]:
    """The pids of the processes whose working folder it is, as far as we may see them."""
    place, found = folder.stat(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if os.path.samestat((process / "cwd").stat(), place):
                found.append(int(process.name))
        except OSError:  # gone, a zombie, or not ours to look at
            continue
    return found


def send_signal(identity: Identity, number: signal.Signals) -> bool:
    """Signal that very process and no other; False when it is gone. The open handle keeps the pid from being given
    away meanwhile.
    """
    try:
        handle = os.pidfd_open(identity.pid)
    except ProcessLookupError:
        return False
    try:
        if not is_running(identity):
            return False
        signal.pidfd_send_signal(handle, number)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


def wait_gone(identity: Identity, within: float) -> bool:
    """Wait until that process is gone; False when it still runs after `within` seconds."""
    deadline = time.monotonic() + within
    while is_running(identity):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
