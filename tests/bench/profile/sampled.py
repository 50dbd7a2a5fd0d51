"""`python -m tests.bench.profile.sampled FOLDER serve all`: `baton` with its main thread sampled while it is busy.

A timer that runs on processor time (ITIMER_PROF) interrupts the main thread, whose stack is counted: waiting costs
nothing and is not seen. SIGUSR1 begins to count anew, SIGUSR2 writes FOLDER/<pid>.json.
"""

import json
import os
import signal
import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Final

EVERY: Final = 0.004
"""Seconds of processor time between two samples."""

STANDARD: Final = "standard library"

_OURS: Final = (f"{os.sep}services{os.sep}", f"{os.sep}contracts{os.sep}")
_PLUMBING: Final = ("chassis/work.py", "chassis/database.py", "process/run.py", "process/main.py", "cli/")
_KINDS: Final = (
    ("chassis/http/", "http"),
    ("chassis/consume/poll.py", "reader"),
    ("chassis/relay/", "relay"),
    ("chassis/timers/", "ticker"),
    ("chassis/sender.py", "sender"),
    ("chassis/consume/listen.py", "watermarks"),
)


@dataclass
class Samples:
    """Counts of samples: by kind of work, by kind and the innermost line of ours, by the innermost package."""

    kinds: Counter[str] = field(default_factory=Counter)
    ours: Counter[str] = field(default_factory=Counter)
    leaves: Counter[str] = field(default_factory=Counter)

    def take(self, frame: FrameType | None) -> None:
        """Count one stack."""
        files: list[tuple[str, str]] = []
        while frame is not None:
            files.append((frame.f_code.co_filename, frame.f_code.co_qualname))
            frame = frame.f_back
        ours = [(short(file), name) for file, name in files if any(part in file for part in _OURS)]
        if not ours:
            return
        kind = kind_of([file for file, _ in ours])
        nearest = next((one for one in ours if not one[0].startswith(_PLUMBING)), ours[0])
        if kind == "other" and nearest[0].startswith(_PLUMBING):
            kind = library_of([file for file, _ in files])
            nearest = next(((package_of(f), name) for f, name in files if package_of(f) == kind), nearest)
        self.kinds[kind] += 1
        self.ours[f"{kind}  {nearest[0]} {nearest[1]}"] += 1
        self.leaves[f"{kind}  {package_of(files[0][0])}"] += 1

    def save(self, file: Path) -> None:
        """Write it down."""
        told = {"every": EVERY, "kinds": self.kinds, "ours": self.ours, "leaves": self.leaves}
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(told))
        draft.replace(file)


def short(file: str) -> str:
    """`chassis/relay/poll.py` of a file of ours."""
    for part in _OURS:
        _, found, rest = file.rpartition(part)
        if found:
            return rest if part == _OURS[0] else f"contracts/{rest}"
    return file


def kind_of(files: list[str]) -> str:
    """What a stack works on, innermost first; the outermost known place decides."""
    for file in reversed(files):
        for start, kind in _KINDS:
            if file.startswith(start):
                return kind
    return "other"


def library_of(files: list[str]) -> str:
    """Whose code runs where none of ours does: the outermost library's, e.g. aiokafka's own tasks, uvicorn's parser."""
    packages = (package_of(file) for file in reversed(files))
    return next((name for name in packages if name not in ("services", "contracts", STANDARD)), "event loop")


def package_of(file: str) -> str:
    """The library a file belongs to, `services` or `contracts` for ours."""
    _, found, rest = file.rpartition(f"{os.sep}site-packages{os.sep}")
    if found:
        return rest.partition(os.sep)[0].removesuffix(".py")
    for part in _OURS:
        if part in file:
            return part.strip(os.sep)
    return STANDARD if file.startswith((sys.base_prefix, "<")) else file.rpartition(os.sep)[2]


def main() -> None:
    """Sample `baton` with the arguments after the folder."""
    folder, sys.argv = Path(sys.argv[1]), ["baton", *sys.argv[2:]]
    samples = Samples()

    def anew(_number: int, _frame: FrameType | None) -> None:
        samples.kinds.clear()
        samples.ours.clear()
        samples.leaves.clear()

    signal.signal(signal.SIGPROF, lambda _number, frame: samples.take(frame))
    signal.signal(signal.SIGUSR1, anew)
    signal.signal(signal.SIGUSR2, lambda _number, _frame: samples.save(folder / f"{os.getpid()}.json"))
    signal.setitimer(signal.ITIMER_PROF, EVERY, EVERY)
    from services.cli.main import app

    app()


if __name__ == "__main__":
    main()
