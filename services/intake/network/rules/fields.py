"""The forms of the fields of a network file: durations, days, instants, words of a closed list, approved text.

Faults are raised with constant texts (nothing of the file is repeated); the type `says:...` lets the HTTP door answer
with the same words.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Annotated, Any, Final
from zoneinfo import available_timezones

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError, core_schema

from contracts.envelope import rfc3339
from contracts.shapes import Zone as ZoneText
from contracts.vocabulary import Word

BUSINESS_DAY: Final = 480 * 60
"""Business seconds of one `bd` (defaults.md: a business day is 480 business minutes)."""

_UNITS: Final = {"s": 1, "m": 60, "bm": 60, "h": 3600, "bd": BUSINESS_DAY}
_DURATION: Final = re.compile(r"([1-9][0-9]{0,6})(s|m|bm|h|bd)", re.ASCII)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})", re.ASCII
)


def refused(code: str, says: Any) -> PydanticCustomError:
    """A fault in our own constant words."""
    return PydanticCustomError(f"says:{code}", says)


def seconds_of(written: object) -> int:
    """`90s`, `15m`, `4h`, `60bm`, `2bd` in seconds of open hours."""
    match = _DURATION.fullmatch(written) if isinstance(written, str) else None
    if match is None:
        raise refused("duration", "must be a duration: a whole number and s, m, h, bm or bd, like 90s, 4h, 2bd")
    return int(match[1]) * _UNITS[match[2]]


def written_duration(seconds: int) -> str:
    """The shortest of `s`, `m`, `h` that says it exactly."""
    for unit in ("h", "m"):
        if seconds % _UNITS[unit] == 0:
            return f"{seconds // _UNITS[unit]}{unit}"
    return f"{seconds}s"


def day_of(written: object) -> date:
    """`2026-03-01`."""
    try:
        if isinstance(written, str) and _DAY.fullmatch(written):
            return date.fromisoformat(written)
    except ValueError:
        pass
    raise refused("date", "must be a date that exists, YYYY-MM-DD")


def instant_of(written: object) -> datetime:
    """A date (its first moment in UTC) or an RFC 3339 time with its offset; a moment stays one."""
    try:
        if isinstance(written, datetime) and written.tzinfo is not None:
            return written.astimezone(UTC)
        if isinstance(written, str) and _DAY.fullmatch(written):
            return datetime.combine(date.fromisoformat(written), time(), UTC)
        if isinstance(written, str) and _INSTANT.fullmatch(written):
            return datetime.fromisoformat(written).astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise refused("instant", "must be a date YYYY-MM-DD, or a time with its offset like 2026-03-01T08:00:00Z")


def written_instant(at: datetime) -> str:
    """A date where it is the first moment of one in UTC, else RFC 3339."""
    return at.date().isoformat() if at.timetz() == time(tzinfo=UTC) else rfc3339(at)


@cache
def _zones() -> frozenset[str]:
    """Walked once: it looks through the whole time zone database (13 ms)."""
    return frozenset(available_timezones())


def _real_zone(name: str) -> str:
    if name not in _zones():
        raise refused("zone", "is not a time zone of the IANA database, like Europe/London")
    return name


@cache
def _words_of(words: type[Word]) -> dict[str, Word]:
    """Made once: an item of the network has dozens of words, and a door reads several items a request."""
    return {word.value: word for word in words if word.name != "OTHER"}


@dataclass(frozen=True)
class OneOf:
    """For a field: a word of a closed list; `other` is a reader's placeholder and nothing to write."""

    words: type[Word]

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        """Takes the text or the word itself; writes the text."""
        return core_schema.no_info_plain_validator_function(
            self._check, serialization=core_schema.to_string_ser_schema(when_used="json")
        )

    def __get_pydantic_json_schema__(self, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        """The words, for editors that check a file as it is typed."""
        return {"type": "string", "enum": [word.value for word in self.words if word.name != "OTHER"]}

    def _check(self, value: object) -> Word:
        values = _words_of(self.words)
        if isinstance(value, str) and value in values:
            return values[value]
        raise refused("word", f"must be one of {', '.join(values)}")


Duration = Annotated[
    int,
    BeforeValidator(seconds_of),
    PlainSerializer(written_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["90s", "4h", "2bd"]}),
]
"""Seconds of open hours, from `90s`, `15m`, `4h`, `60bm`, `2bd`."""

Day = Annotated[date, BeforeValidator(day_of), WithJsonSchema({"type": "string", "format": "date"})]
"""A calendar day."""

Instant = Annotated[
    datetime,
    BeforeValidator(instant_of),
    PlainSerializer(written_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "examples": ["2026-03-01", "2026-03-01T08:00:00Z"]}),
]
"""A moment in UTC; a bare date is its first moment."""

Text = Annotated[
    str, StringConstraints(min_length=1, max_length=1000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")
]
"""Approved words for people to read: kept with their material, never in a fact."""

RealZone = Annotated[ZoneText, AfterValidator(_real_zone)]
"""A time zone that exists."""

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2; how phone numbers without a country code are read."""

Nct = Annotated[str, StringConstraints(pattern=r"^NCT[0-9]{8}$")]
"""A ClinicalTrials.gov id."""

Percent = Annotated[int, Field(ge=1, le=100)]
