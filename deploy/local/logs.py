"""Read the logs of one folder."""

import time
from collections.abc import Collection, Iterator
from pathlib import Path


def new_lines(log: Path, seen: int) -> tuple[list[str], int]:
    """The whole lines after the first `seen` bytes, and how many bytes are seen now. A log that was set aside is read
    from its start.
    """
    if not log.exists():
        return [], seen
    with log.open("rb") as file:
        file.seek(seen if seen <= log.stat().st_size else 0)
        start = file.tell()
        new = file.read()
    whole = new[: new.rfind(b"\n") + 1]
    return whole.decode(errors="replace").splitlines(), start + len(whole)


def logs(home: Path, *, names: Collection[str] = (), lines: int = 50, follow: bool = False) -> Iterator[str]:
    """The last lines of each log (`supervisor`, `serve`, `prepare`, `kafka`, `postgres`, `mailbox`), each line after
    its log's name.

    With `follow` it goes on for ever with what is added.
    """
    seen: dict[Path, int] = {}
    for log in _files(home, names):
        found, seen[log] = new_lines(log, 0)
        yield from _named(log, found[-lines:])
    while follow:
        time.sleep(0.2)
        for log in _files(home, names):
            found, seen[log] = new_lines(log, seen.get(log, 0))
            yield from _named(log, found)


def _files(home: Path, names: Collection[str]) -> list[Path]:
    return sorted(log for log in (home / "logs").glob("*.log") if not names or log.stem in names)


def _named(log: Path, lines: list[str]) -> Iterator[str]:
    yield from (f"{log.stem:<10} | {line}" for line in lines)
