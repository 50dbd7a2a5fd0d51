"""The letters in the mailbox's folder, read as files."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any, Final

_ARRIVED: Final = "%Y%m%dT%H%M%S%f"


def read_mails(folder: Path) -> list[dict[str, Any]]:
    """`{"to", "message_id", "subject", "text", "at"}` in order of arrival; `at` is seconds since 1970."""
    return list(_letters(folder))


def _letters(folder: Path) -> Iterator[dict[str, Any]]:
    for file in sorted(folder.glob("*.eml")):
        letter = message_from_bytes(file.read_bytes(), policy=default)
        assert isinstance(letter, EmailMessage)
        arrived = datetime.strptime(file.stem.partition("-")[0], _ARRIVED).replace(tzinfo=UTC)
        body = letter.get_body(("plain",))
        yield {
            "to": str(letter.get("To", "")),
            "message_id": str(letter.get("Message-ID", "")).strip(),
            "subject": str(letter.get("Subject", "")),
            "text": body.get_content().replace("\r\n", "\n") if body is not None else "",
            "at": arrived.timestamp(),
        }
