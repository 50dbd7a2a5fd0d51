"""What a run has left on this machine: processes, mounts, shared memory. Nothing is the only right answer."""

from pathlib import Path
from typing import Final

from tests.faults.stand.broom import mounts

_SEGMENTS: Final = Path("/proc/sysvipc/shm")


def processes_of(folder: Path) -> list[str]:
    """The command line of every process that names the run's folder or works below it; zombies are none."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            said = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            told = [said, (process / "environ").read_bytes().decode(errors="replace")]
            told.append(str((process / "cwd").readlink()))
        except OSError:
            continue
        if said and any(str(folder) in text for text in told):
            found.append(f"{process.name} {said}")
    return found


def mounts_of(folder: Path) -> list[Path]:
    """Every disk of the run that is still mounted."""
    return [mount.folder for mount in mounts() if mount.folder.is_relative_to(folder)]


def segment_of(data: Path) -> str:
    """The id of the System V segment of the PostgreSQL that runs in a data folder."""
    return (data / "postmaster.pid").read_text().splitlines()[6].split()[1]


def segments() -> set[str]:
    """The id of every System V segment there is."""
    return {line.split()[1] for line in _SEGMENTS.read_text().splitlines()[1:]}
