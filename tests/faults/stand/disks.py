"""Small disks that can be filled: tmpfs mounts, and a file of ballast on each."""

import asyncio
import os
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from tests.faults.stand.broom import source_of_mine, sweep_stale
from tests.faults.stand.void import Void

_BALLAST: Final = "ballast"
_PIECE: Final = 16 * 2**20
_PAGE: Final = 4096
_SYS_ADMIN: Final = 21
"""The number of this capability (capabilities(7))."""


class Disk:
    """One mount. PostgreSQL or Kafka has its data on it and nothing else writes there."""

    def __init__(self, folder: Path) -> None:
        self.folder: Final = folder

    @property
    def left(self) -> int:
        """Bytes that can still be written."""
        told = os.statvfs(self.folder)
        return told.f_bavail * told.f_frsize

    async def fill(self, leave: int = 0) -> int:
        """Take all space but `leave` bytes away; the bytes taken. What servers free meanwhile stays theirs."""
        return await asyncio.to_thread(self._fill, leave)

    async def free(self) -> None:
        """Give the space back."""
        (self.folder / _BALLAST).unlink(missing_ok=True)

    def _fill(self, leave: int) -> int:
        ballast = os.open(self.folder / _BALLAST, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            piece = _PIECE  # all at once is refused as a whole when a server takes a page meanwhile
            while (take := min(self.left - leave, piece)) > 0 and piece >= _PAGE:
                try:
                    os.posix_fallocate(ballast, os.fstat(ballast).st_size, take)
                except OSError:
                    piece //= 2
            return os.fstat(ballast).st_size
        finally:
            os.close(ballast)


@asynccontextmanager
async def mounted(folder: Path, size: int) -> AsyncIterator[Disk]:
    """A tmpfs of so many bytes on this folder. The run's broom takes it away again.

    Raises:
        Void: this process may not mount.
    """
    sweep_stale()
    folder.mkdir(parents=True)
    argv = ["mount", "-t", "tmpfs", "-o", f"size={size},mode=700", source_of_mine(), str(folder)]
    done = await asyncio.to_thread(subprocess.run, argv, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Void(f"no right to mount: {done.stderr.strip()}")
    yield Disk(folder)


def may_mount() -> bool:
    """Whether this process has the right to mount: CAP_SYS_ADMIN, as root usually has it."""
    told = Path("/proc/self/status").read_text()
    effective = next(line.split()[1] for line in told.splitlines() if line.startswith("CapEff:"))
    return bool(int(effective, 16) & 1 << _SYS_ADMIN)
