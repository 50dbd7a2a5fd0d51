"""What the first bytes of a file say it is, whatever its name and media type say."""

from typing import Final

MARK: Final = b"\xef\xbb\xbf"
"""The byte order mark of UTF-8: not part of the first header."""

_KINDS: Final = (
    (b"PK", "It is a zip or a spreadsheet: save it as CSV"),
    (b"\x1f\x8b", "It is compressed: send it as it is"),
    (b"\xd0\xcf\x11\xe0", "It is an old spreadsheet: save it as CSV"),
    (b"%PDF", "It is a PDF: send CSV"),
    (b"\xff\xfe", "It is UTF-16: save it as CSV in UTF-8"),
    (b"\xfe\xff", "It is UTF-16: save it as CSV in UTF-8"),
)
_ANYWAY: Final = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def not_text(head: bytes) -> str | None:
    """Why a file that begins so is none of rows, in constant words; None when it may be one."""
    for magic, says in _KINDS:
        if head.startswith(_ANYWAY if magic == b"PK" else magic):
            return says
    first, _, _ = head.partition(b"\n")
    return "It is not text" if b"\x00" in first else None
