"""What a run was made on, and what the processes of it took of the machine: read from /proc, nothing is installed."""

import os
import platform
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

import asyncpg

_TICKS: Final = os.sysconf("SC_CLK_TCK")
FAMILIES: Final = frozenset({"postgres"})
_PACKAGES: Final = ("aiokafka", "asyncpg", "faststream", "fastapi", "pydantic", "sqlalchemy", "uvicorn", "uvloop")


def about_machine() -> dict[str, Any]:
    """Cores, memory, kernel, versions; and who is busy besides us, as the load of the last minute."""
    return {
        "cores": os.cpu_count(),
        "memory_mb": _memory_mb(),
        "processor": _processor(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: _version(name) for name in _PACKAGES},
        "commit": _commit(),
        "load_before": round(os.getloadavg()[0], 2),
    }


async def about_postgres(admin: "asyncpg.Connection[asyncpg.Record]") -> dict[str, str]:
    """Its version and the settings that decide what a commit costs."""
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers", "track_commit_timestamp")
    return {name: await admin.fetchval("select current_setting($1)", name) for name in names}


@dataclass(frozen=True)
class Taken:
    """Seconds of processor time by group since the meter began, and seconds that passed on all cores together."""

    seconds: Mapping[str, float]
    passed: float

    def percent(self, name: str) -> float:
        """A group's part of the whole machine, all cores being 100."""
        return 100 * self.seconds[name] / self.passed

    def __str__(self) -> str:
        """Each group's part of the whole machine, all cores being 100 %; `others` is everybody we do not know."""
        return ", ".join(f"{name} {self.percent(name):.0f} %" for name in self.seconds)


@dataclass
class Meter:
    """Processor time of named groups of processes. Of `FAMILIES` the children count too, living and ended."""

    groups: Mapping[str, tuple[int, ...]]
    _before: dict[str, float] = field(default_factory=dict)
    _machine: tuple[float, float] = (0.0, 0.0)

    def begin(self) -> "Meter":
        """Count from now."""
        self._before = self._now()
        self._machine = _machine_seconds()
        return self

    def taken(self, **more: float) -> Taken:
        """What each group took since, and `more` that was counted elsewhere."""
        busy, passed = (now - then for now, then in zip(_machine_seconds(), self._machine, strict=True))
        used = {name: max(0.0, value - self._before[name]) for name, value in self._now().items()}
        used |= {name: used.get(name, 0.0) + value for name, value in more.items()}
        return Taken({**used, "others": max(0.0, busy - sum(used.values()))}, passed)

    def _now(self) -> dict[str, float]:
        return {name: sum(_seconds(pid, name in FAMILIES) for pid in pids) for name, pids in self.groups.items()}


async def postgres_pids(admin: "asyncpg.Connection[asyncpg.Record]") -> tuple[int, ...]:
    """The postmaster, whose children come and go; empty where it does not run on this machine."""
    pid: int = await admin.fetchval("select pg_backend_pid()")
    try:
        if not (Path("/proc") / str(pid) / "comm").read_text().startswith("postgres"):
            return ()
        return (int(_stat(pid)[1]),)
    except (OSError, IndexError):
        return ()


def listener(port: int) -> tuple[int, ...]:
    """The process that listens on this TCP port of ours; empty when it cannot be seen."""
    inodes = {
        parts[9]
        for file in ("/proc/net/tcp", "/proc/net/tcp6")
        for parts in map(str.split, Path(file).read_text().splitlines()[1:])
        if parts[3] == "0A" and int(parts[1].rpartition(":")[2], 16) == port
    }
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if any(re.sub(r"\D", "", os.readlink(fd)) in inodes for fd in (folder / "fd").iterdir()):
                return (int(folder.name),)
        except OSError:
            continue
    return ()


def memory_mb(pid: int) -> float:
    """What a process holds of the machine's memory now (VmRSS)."""
    text = (Path("/proc") / str(pid) / "status").read_text()
    return int(next(line.split()[1] for line in text.splitlines() if line.startswith("VmRSS:"))) / 1024


def seconds_of(pid: int) -> float:
    """Processor seconds of one process, without its children."""
    fields = _stat(pid)
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _seconds(pid: int, family: bool) -> float:
    """A process that has ended took nothing more."""
    try:
        fields = _stat(pid)
        own = sum(int(fields[i]) for i in ((11, 12, 13, 14) if family else (11, 12))) / _TICKS
        return own + sum(_seconds(child, False) for child in _children(pid)) if family else own
    except (OSError, IndexError):
        return 0.0


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat after the command's name: [1] parent, [11:15] own and reaped children's time."""
    return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()


def _children(pid: int) -> Iterator[int]:
    for file in (Path("/proc") / str(pid) / "task").glob("*/children"):
        yield from map(int, file.read_text().split())


def _machine_seconds() -> tuple[float, float]:
    """Busy and all, summed over the cores."""
    values = [int(value) for value in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle = values[3] + values[4]
    return (sum(values) - idle) / _TICKS, sum(values) / _TICKS


def _memory_mb() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "-"


def _commit() -> str:
    asked = ("git", "-c", "safe.directory=*", "describe", "--always", "--dirty")
    found = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip() or "-"
