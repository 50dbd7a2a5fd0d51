"""Every form a text in a fact may have. There is no free text in a fact (R23): a `str` field names one of these.

A form is part of the contract in both directions: a narrower one refuses facts that were said before, a wider one is
refused by readers of the release before. So it never changes; a new need is a new form (`contracts/README.md`).

Doors use the same names (`route: Slug`), so what a door lets in can always be said.
"""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import StringConstraints


@dataclass(frozen=True)
class Shape(StringConstraints):
    """Pattern and longest length of a text, under a name; the contract lint knows it by `SHAPES`."""

    called: str = ""


_UNSEEN: Final = r"\x00-\x1f\x7f-\x9f@<>\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff"
"""Control, direction and zero-width characters would show one name and hold another; @ and <> are addresses."""

SLUG: Final = Shape(called="slug", pattern=r"^[a-z0-9-]+$", max_length=60)
UUID_TEXT: Final = Shape(
    called="uuid", pattern=r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$", max_length=36
)
CODE: Final = Shape(called="code", pattern=r"^[A-Za-z0-9][A-Za-z0-9._/-]*$", max_length=40)
WORDING: Final = Shape(called="wording", pattern=r"^[a-z0-9-]+(@[0-9]{1,6})?$", max_length=67)
LANGUAGE: Final = Shape(
    called="language", pattern=r"^[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?$", max_length=12
)
ZONE: Final = Shape(called="zone", pattern=r"^[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}$", max_length=40)
LOCAL_TIME: Final = Shape(called="local_time", pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$", max_length=5)
TOKEN_VALUE: Final = Shape(called="token_value", pattern=r"^[0-9a-f]{64}$", max_length=64)
SIGNATURE: Final = Shape(called="signature", pattern=r"^[A-Za-z0-9_-]{4,252}={0,2}$", max_length=254)
LABEL: Final = Shape(
    called="label",
    pattern=rf"^[^ \xa0{_UNSEEN}][^{_UNSEEN}]*$",
    max_length=80,
)
STAFF_MAIL: Final = Shape(called="staff_mail", pattern=r"^[!-?A-~]{1,64}@[A-Za-z0-9.-]+$", max_length=254)

Slug = Annotated[str, SLUG]
"""What somebody chose as the id of a set-up item: `eastmere`, `alder`, `ines`."""

Minted = Annotated[str, UUID_TEXT]
"""An id we made, as lower-case text: UUIDv7 from PostgreSQL, or `uuid5` of such a one."""

LeadId = Annotated[str, UUID_TEXT]
"""The id of a referral and of its lead; a person has no other."""

Code = Annotated[str, CODE]
"""A short mark without spaces that people outside gave: `AL-204`, `NCT02210780`, `autumn-radio`."""

Wording = Annotated[str, WORDING]
"""Which words were agreed to, `id` or `id@version`: `eastmere-contact@2`."""

Language = Annotated[str, LANGUAGE]
"""BCP 47, language with script and region: `en`, `es-US`, `zh-Hant-TW`."""

Zone = Annotated[str, ZONE]
"""A name of the IANA time zone database: `America/New_York`. Whether it exists is the door's question."""

LocalTime = Annotated[str, LOCAL_TIME]
"""`HH:MM` of a local day; `24:00` is its end."""

TokenValue = Annotated[str, TOKEN_VALUE]
"""HMAC-SHA-256 in hex; only on the tokens stream."""

Signature = Annotated[str, SIGNATURE]
"""Keyed marks of a person's details in URL-safe base64; only on the tokens stream."""

Label = Annotated[str, LABEL]
"""What a place, a firm or a colleague is called: one line, no mail address. Only on the network stream."""

StaffMail = Annotated[str, STAFF_MAIL]
"""The work address of a staff member; only in StaffDefined."""

SHAPES: Final = (
    SLUG,
    UUID_TEXT,
    CODE,
    WORDING,
    LANGUAGE,
    ZONE,
    LOCAL_TIME,
    TOKEN_VALUE,
    SIGNATURE,
    LABEL,
    STAFF_MAIL,
)
"""All of them, for the lint."""
