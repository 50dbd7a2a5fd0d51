"""What arrived, as files: one .eml a message, and an index with one line a message."""

import json
import re
import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path

from deploy.local.places import write_private

_ID = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_ID_TIME = "%Y%m%dT%H%M%S%f"


@dataclass(frozen=True)
class Line:
    """One line of the index. `id` sorts by arrival (UTC); sender and recipients are the envelope's, not the
    headers'.
    """

    id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str

    @property
    def at(self) -> datetime:
        """When it arrived."""
        return datetime.strptime(self.id.partition("-")[0], _ID_TIME).replace(tzinfo=UTC)


class Letters:
    """The folder. One process writes; any number may read, each with its own object."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._index = folder, folder / "index.jsonl"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        written = self._index.read_text() if self._index.exists() else ""
        listed = {line.id: line for row in written.splitlines() if (line := _read_row(row))}
        names = sorted(file.stem for file in folder.glob("*.eml") if _ID.fullmatch(file.stem))
        # A kill may have come between a message and its row, or in the middle of a row.
        self._lines = {name: listed.get(name) or self._line_of(name) for name in names}
        self._index_is_whole = written == "".join(map(_row, self._lines.values()))

    def keep(self, sender: str, recipients: Sequence[str], content: bytes, at: datetime) -> Line:
        """Store one message as it came, the envelope in two headers before it. On return it survives a kill -9 of
        this process.
        """
        name = f"{at.astimezone(UTC):{_ID_TIME}}-{secrets.token_hex(4)}"
        envelope = [("Return-Path", sender), *(("Delivered-To", recipient) for recipient in recipients)]
        head = "".join(f"{header}: {_one_line(value)}\r\n" for header, value in envelope)
        draft = self._folder / f"{name}.new"
        draft.write_bytes(head.encode() + content)
        draft.rename(self._folder / f"{name}.eml")
        line = Line(name, sender, tuple(recipients), _subject(_parsed(content)))
        self._add(line)
        return line

    def lines(self) -> list[Line]:
        """All of them, in the order they came."""
        return list(self._lines.values())

    def message(self, name: str) -> EmailMessage | None:
        """One message with its headers and parts, or None when there is no such id."""
        if name not in self._lines:
            return None
        return _parsed((self._folder / f"{name}.eml").read_bytes())

    def line(self, name: str) -> Line | None:
        """One line of the index, or None."""
        return self._lines.get(name)

    def _add(self, line: Line) -> None:
        self._lines[line.id] = line
        if self._index_is_whole:
            with self._index.open("a") as index:
                index.write(_row(line))
        else:
            write_private(self._index, "".join(map(_row, self._lines.values())))
            self._index_is_whole = True

    def _line_of(self, name: str) -> Line:
        message = _parsed((self._folder / f"{name}.eml").read_bytes())
        recipients = tuple(str(value) for value in message.get_all("Delivered-To", []))
        return Line(name, str(message.get("Return-Path", "")), recipients, _subject(message))


def _row(line: Line) -> str:
    return json.dumps(asdict(line)) + "\n"


def _read_row(row: str) -> Line | None:
    try:
        found = json.loads(row)
    except json.JSONDecodeError:
        return None
    return Line(found["id"], found["sender"], tuple(found["recipients"]), found["subject"])


def _subject(message: EmailMessage) -> str:
    return _one_line(str(message.get("Subject", "")))


def _parsed(content: bytes) -> EmailMessage:
    return message_from_bytes(content, policy=modern)


def _one_line(text: str) -> str:
    """A header is one line: a value with line breaks would make more of them."""
    return " ".join(text.split())
