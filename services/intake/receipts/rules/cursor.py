"""How a list goes on: behind the time and the id of the last one shown, as a text that says nothing to its reader."""

import base64
import binascii
import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self
from uuid import UUID

_FORM: Final = struct.Struct(">Bq16s")
_FIRST: Final = 1
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST: Final = datetime(9999, 1, 1, tzinfo=UTC)


class NotACursor(ValueError):
    """The text is none that `Cursor.text` has made."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Everything up to here was shown: ordered by time, then id."""

    at: datetime
    id: UUID

    def text(self) -> str:
        """Up to 40 characters of `A-Za-z0-9_-`."""
        packed = _FORM.pack(_FIRST, (self.at - _EPOCH) // timedelta(microseconds=1), self.id.bytes)
        return base64.urlsafe_b64encode(packed).rstrip(b"=").decode()

    @classmethod
    def of(cls, text: str) -> Self:
        """The cursor of a text. Raises `NotACursor`."""
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            form, micros, id = _FORM.unpack(raw)
            at = _EPOCH + timedelta(microseconds=micros)
        except (binascii.Error, struct.error, ValueError, OverflowError):
            raise NotACursor from None
        cursor = cls(at, UUID(bytes=id))
        if form != _FIRST or not _EPOCH <= at < _LATEST or cursor.text() != text:
            raise NotACursor
        return cursor


START: Final = Cursor(_EPOCH, UUID(int=0))
"""Before everything."""
