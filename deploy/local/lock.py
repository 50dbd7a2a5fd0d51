"""One BATON_HOME runs at most one stack."""

import fcntl
import os
import time
from pathlib import Path

from deploy.local.errors import HomeBusy
from deploy.local.identity import identity_of
from deploy.local.places import private_folder

_DYING_WITHIN = 5.0


def take_lock(home: Path) -> int:
    """Lock the folder and return the open file that holds the lock; it is free again when every copy of that file is
    closed.

    The kernel frees it when the holder dies, however it dies. Raises HomeBusy naming the holder.
    """
    private_folder(home)
    lock = os.open(home / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + _DYING_WITHIN
    while not _take(lock):
        holder = os.pread(lock, 20, 0).decode(errors="replace").strip()
        lives = not holder.isdigit() or identity_of(int(holder)) is not None
        if lives or time.monotonic() > deadline:
            os.close(lock)
            raise HomeBusy(
                f"process {holder or '?'} already runs a stack in {home}; stop it, or set another BATON_HOME"
            )
        time.sleep(0.02)  # it was killed a moment ago and the kernel is not done with it
    sign_lock(lock)
    return lock


def _take(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def sign_lock(lock: int) -> None:
    """Write down that this process is the holder, for the message the next one gets."""
    os.ftruncate(lock, 0)
    os.pwrite(lock, str(os.getpid()).encode(), 0)
