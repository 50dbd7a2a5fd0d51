"""`python -m tests.faults.stand.broom FOLDER FD`: outlives the harness and sweeps up behind it.

The kernel ends our children when we die, but not a PostgreSQL that is stopped (its order to end waits until it goes
on), and it unmounts nothing. So this process waits until the other end of FD is gone, however that came, and sweeps.
"""

import ctypes
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple

from deploy.local.children import Errand, start_child
from deploy.local.identity import identity_of, working_in
from tests.faults.stand.layout import ROOT
from tests.faults.stand.places import python_environment

SOURCE: Final = "baton-faults"
"""First part of the name of a mount of ours; then the pid of its harness and when that began."""

_DETACH: Final = 2
_REMOVE: Final = 0
_GONE_WITHIN: Final = 5.0


class Mount(NamedTuple):
    """One tmpfs of ours."""

    source: str
    folder: Path

    @property
    def is_stale(self) -> bool:
        """Whether its harness is gone."""
        _, _, holder = self.source.partition(f"{SOURCE}-")
        pid, _, started = holder.partition("-")
        found = identity_of(int(pid))
        return found is None or str(found.started) != started


def source_of_mine() -> str:
    """The name of a mount that this process makes."""
    me = identity_of(os.getpid())
    assert me is not None
    return f"{SOURCE}-{me.pid}-{me.started}"


def mounts() -> Iterator[Mount]:
    """Every mount of any harness on this machine."""
    for line in Path("/proc/self/mounts").read_text().splitlines():
        source, folder, *_ = line.split()
        if source.startswith(f"{SOURCE}-"):
            yield Mount(source, Path(folder.encode().decode("unicode_escape")))


def sweep(folder: Path) -> None:
    """End what runs in the PostgreSQL of this run, and take its mounts away."""
    end_postgres(folder / "servers" / "postgres" / "data")
    for mount in list(mounts()):
        if mount.folder.is_relative_to(folder):
            _unmount(mount.folder)


def sweep_stale() -> None:
    """What runs left whose harness and broom are gone."""
    for mount in [mount for mount in mounts() if mount.is_stale]:
        end_postgres(mount.folder / "data")
        _unmount(mount.folder)


def end_postgres(data: Path, *, segment: bool = True) -> None:
    """SIGKILL to whatever works in a data folder, until nothing does; `segment`: what it shares in memory too."""
    if not data.exists():
        return
    deadline = time.monotonic() + _GONE_WITHIN
    while (left := working_in(data)) and time.monotonic() < deadline:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(0.01)
    if segment:
        _forget_segment(data / "postmaster.pid")


def _forget_segment(pid_file: Path) -> None:
    """PostgreSQL's interlock, named in line 7 of its file: the next start would take it, and there is none."""
    lines = pid_file.read_text().splitlines() if pid_file.exists() else []
    if len(lines) < 7:
        return
    named = lines[6].split()
    for line in Path("/proc/sysvipc/shm").read_text().splitlines()[1:]:
        fields = line.split()
        if fields[:2] == named and fields[6] == "0":  # nobody is attached
            ctypes.CDLL(None).shmctl(int(named[1]), _REMOVE, None)


def _unmount(folder: Path) -> None:
    """Also when a file of it is open: it goes with its last user."""
    ctypes.CDLL(None).umount2(os.fsencode(folder), _DETACH)


@asynccontextmanager
async def swept(folder: Path, log: Path) -> AsyncIterator[None]:
    """A broom beside the block; when the block has ended, everything is swept."""
    theirs, ours = os.pipe()
    argv = (sys.executable, "-m", "tests.faults.stand.broom", str(folder), str(theirs))
    environment = python_environment()
    errand = Errand(argv, log, environment, ROOT, when_orphaned=signal.SIGCONT, keep=(theirs,))  # it is to live on
    child = start_child("broom", errand)
    os.close(theirs)
    try:
        yield
    finally:
        os.close(ours)
        child.process.wait()


def main() -> None:
    """Wait, sweep."""
    folder, wire = Path(sys.argv[1]), int(sys.argv[2])
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    os.read(wire, 1)  # nothing ever comes but the end
    time.sleep(0.2)  # the kernel is ending the others
    sweep(folder)


if __name__ == "__main__":
    main()
