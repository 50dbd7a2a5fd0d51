"""A result file that grows as a command goes on, so that it can be stopped at any time and taken up again."""

import json
import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from tests.faults.history import Line, lines_of

_VERSIONS: Final = ("faststream", "aiokafka", "asyncpg", "confluent-kafka", "psycopg")


class Results:
    """One JSON line a finished piece of work, named; what is there already is not done again."""

    def __init__(self, file: Path) -> None:
        self.file = file
        file.parent.mkdir(parents=True, exist_ok=True)
        self.lines: list[Line] = list(lines_of(file))

    def has(self, name: str) -> bool:
        """Whether this piece is finished."""
        return any(line["name"] == name for line in self.lines)

    def add(self, name: str, **told: Any) -> Line:
        """Write one finished piece down, on the disk before this returns."""
        line: Line = {"name": name, "at": datetime.now(UTC).isoformat(timespec="seconds")} | told
        with self.file.open("a") as out:
            out.write(json.dumps(line, default=str) + "\n")
            out.flush()
            os.fsync(out.fileno())
        self.lines.append(line)
        return line


def circumstances() -> dict[str, Any]:
    """What figures depend on: versions, the machine, the commit they were measured at."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False)
    return {
        "commit": commit.stdout.strip() or "no repository",
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        **{name: version(name) for name in _VERSIONS},
    }
