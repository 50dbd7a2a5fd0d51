"""Bytes to rows: lines that know where they end, so that reading can go on there after any break.

`csv` takes line after line and never looks ahead: after a row, the next one begins where its last line ended.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

ROW_LIMIT: Final = 128 * 1024
"""Bytes of one row, its unread columns included."""

_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_END: Final = re.compile(rb"\r\n|\r|\n")

NOT_CLOSED: Final = "a quote is not closed, or text stands beside one"
TOO_LONG: Final = "is longer than 131072 bytes"


class Endless(Exception):
    """A row runs on over line after line: a quote was opened and never closed, and nothing after it can be told."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row, as cells or as what is wrong with it; and where the next one begins."""

    number: int
    """as a spreadsheet counts: the header is 1, empty lines count"""
    cells: list[str] | None = field(repr=False)
    fault: str | None
    ends: int
    """offset in the file"""


def rows(pieces: Iterator[bytes], separator: str, *, start: int, number: int) -> Iterator[Row]:
    """Rows from offset `start` on, the first of them numbered `number`; `pieces` begin there.

    Raises:
        Endless: after the last row that can be told.
    """
    lines = _Lines(pieces, start)
    while True:
        lines.fresh()
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            cells, fault = next(reader), None
        except StopIteration:
            return
        except csv.Error:
            cells, fault = None, NOT_CLOSED
        if lines.long:
            cells, fault = None, TOO_LONG
        yield Row(number, cells, fault, lines.ends)
        number += 1


class _Lines:
    """Lines of text for `csv`, counted in bytes. A line that is too long is passed over, never held."""

    def __init__(self, pieces: Iterator[bytes], start: int) -> None:
        self._pieces = pieces
        self._held = b""
        self._at = 0
        self._over = False
        self._taken = 0
        self.ends = start
        self.long = False

    def fresh(self) -> None:
        """A new row begins."""
        self._taken, self.long = 0, False

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._line()
        if self._taken == 0 and len(line) > ROW_LIMIT:
            self.long = True
            return "\n"
        self._taken += len(line)
        if self._taken > ROW_LIMIT:
            raise Endless
        return line.decode("utf-8")

    def _line(self) -> bytes:
        while True:
            found = _LINE.match(self._held, self._at)
            # A line that ends where the held bytes end may go on, or its \r be followed by a \n.
            if found and (self._over or (found.end() < len(self._held) or found[0].endswith(b"\n"))):
                self._at = found.end()
                self.ends += len(found[0])
                return found[0]
            if self._over:
                raise StopIteration
            if len(self._held) - self._at > ROW_LIMIT and self._taken == 0:
                return self._passed_over()
            self._more()

    def _more(self) -> None:
        piece = next(self._pieces, None)
        self._over = piece is None
        self._held, self._at = self._held[self._at :] + (piece or b""), 0

    def _passed_over(self) -> bytes:
        """Skip to the end of this line."""
        self.long = True
        while True:
            ending = _END.search(self._held, self._at)
            if ending and (self._over or ending.end() < len(self._held) or ending[0] != b"\r"):
                self.ends += ending.end() - self._at
                self._at = ending.end()
                return b"\n"
            if self._over:
                self.ends += len(self._held) - self._at
                self._held, self._at = b"", 0
                return b"\n"
            kept = 1 if self._held.endswith(b"\r") else 0
            self.ends += len(self._held) - self._at - kept
            self._at = len(self._held) - kept
            self._more()
