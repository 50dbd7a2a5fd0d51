"""Canaries looked for in every file of a run as bytes: logs, PostgreSQL's and Kafka's files, keys, letters, histories.

The vault and the keys are sealed, so nothing of a person may be readable in any file at all: not in a table, an index,
the write-ahead log, a segment, a log or a letter. Each pattern is looked for as it is, as UTF-16, as hexadecimal and in
base64 at its three alignments.
"""

import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.faults.traffic.people import PATTERNS

_PIECE: Final = 16 * 2**20
_MOST_HITS: Final = 20
"""Of one file: one leak is as bad as a thousand."""

_NOT_OURS: Final = frozenset({"programs", "jars", "java"})
"""Folders of the harness and of the servers' own programs."""


@dataclass
class Search:
    """What was looked through, and what was found."""

    hits: list[Mapping[str, Any]] = field(default_factory=list)
    """`{"place", "pattern", "offset"}`; the pattern by its number and writing, never as it is"""
    searched: dict[str, int] = field(default_factory=dict)
    """first folders below the run's -> bytes"""


def search(folder: Path, patterns: Sequence[bytes] = PATTERNS) -> Search:
    """Look through every file below a folder."""
    needles = [(f"canary {n} {name}", needle) for n, one in enumerate(patterns, 1) for name, needle in writings(one)]
    found = Search()
    for file in files_below(folder):
        place = str(file.relative_to(folder))
        part = "/".join(Path(place).parts[:2]) if len(Path(place).parts) > 2 else Path(place).parts[0]
        found.searched[part] = found.searched.get(part, 0) + _look(file, place, needles, found.hits)
    return found


def writings(pattern: bytes) -> Iterator[tuple[str, bytes]]:
    """The ways in which a careless program may have written it."""
    yield "plain", pattern
    yield "utf-16", pattern.decode().encode("utf-16-le")
    yield "hexadecimal", pattern.hex().encode()
    for before in range(3):
        core = b64encode(b"\0" * before + pattern).rstrip(b"=")
        yield f"base64 + {before}", core[(0, 2, 3)[before] : len(core) - ((before + len(pattern)) % 3 > 0)]


def files_below(folder: Path) -> Iterator[Path]:
    """Regular files, sockets and links left out."""
    for above, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _NOT_OURS]
        for name in names:
            file = Path(above, name)
            if file.is_file() and not file.is_symlink():
                yield file


def _look(file: Path, place: str, needles: Sequence[tuple[str, bytes]], hits: list[Mapping[str, Any]]) -> int:
    """How many bytes were looked through; pieces overlap, so that nothing hides at a border."""
    overlap, at, before, found = max(len(needle) for _, needle in needles) - 1, 0, b"", 0
    try:
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                text = before + piece
                for name, needle in needles:
                    where = text.find(needle)
                    if where >= 0 and found < _MOST_HITS:
                        found += 1
                        hits.append({"place": place, "pattern": name, "offset": at - len(before) + where})
                at, before = at + len(piece), text[-overlap:]
    except FileNotFoundError:  # a server may remove a file while we walk
        return at
    return at
