"""The allow-list: every field a log line or a span may carry, and what its value must look like.

A name alone is not enough: `reason=phone` is one slip away. So each field has a form, and text without a form is never
let through. What is not allowed is dropped and counted, never shortened or masked.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

Plain = str | int | float | bool | list[str]

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_SLUG = r"[a-z0-9-]{1,60}"


class Form(StrEnum):
    """What a value must look like; the value is the pattern, empty where the type decides."""

    WORD = r"[A-Za-z_/][A-Za-z0-9_./<>{}:-]{0,99}"  # from our code: a class, a reason, a role, a route template
    KEY = rf"{_UUID}|[a-z]{_SLUG}(?:/{_SLUG})?"  # a lead, `site/eastmere`
    ACTOR = rf"(?:staff|partner|sponsor|operator|system):{_SLUG}"
    TOPIC = rf"{_SLUG}\.[a-z]{{1,30}}\.v\d{{1,3}}"
    HEX = r"[0-9a-f]{16,64}"
    STATE = r"[0-9A-Z]{5}"  # a SQLSTATE
    PLACE = r"[A-Za-z0-9_./<>-]{1,200}:\d{1,6}"  # file:line
    SERVER = r"[A-Za-z0-9.-]{1,100}:\d{1,5}"  # host:port
    NUMBER = "number"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Field:
    """One allowed name. `many`: a short list of such values."""

    name: str
    form: Form
    many: bool = False


ALLOWED: Final = (
    Field("service", Form.WORD),
    Field("room", Form.WORD),
    Field("role", Form.WORD),
    Field("stream", Form.WORD),
    Field("topic", Form.TOPIC),
    Field("partition", Form.NUMBER),
    Field("offset", Form.NUMBER),
    Field("shard", Form.NUMBER),
    Field("shards", Form.NUMBER),
    Field("key", Form.KEY),
    Field("lead", Form.KEY),
    Field("version", Form.NUMBER),
    Field("expected", Form.NUMBER),
    Field("type", Form.WORD),
    Field("kind", Form.WORD),
    Field("law", Form.WORD),
    Field("name", Form.WORD),
    Field("actor", Form.ACTOR),
    Field("outcome", Form.WORD),
    Field("reason", Form.WORD),
    Field("code", Form.WORD),
    Field("count", Form.NUMBER),
    Field("attempt", Form.NUMBER),
    Field("seconds", Form.NUMBER),
    Field("bytes", Form.NUMBER),
    Field("method", Form.WORD),
    Field("route", Form.WORD),
    Field("status", Form.NUMBER),
    Field("server", Form.SERVER),
    Field("port", Form.NUMBER),
    Field("pid", Form.NUMBER),
    Field("signal", Form.WORD),
    Field("since", Form.TIME),
    Field("until", Form.TIME),
    Field("due", Form.TIME),
    Field("trace", Form.HEX),
    Field("sha256", Form.HEX),
    Field("error", Form.WORD),
    Field("causes", Form.WORD, many=True),
    Field("sqlstate", Form.STATE),
    Field("where", Form.PLACE, many=True),
    Field("logger", Form.WORD),
)
"""Every field, in the order it is printed. Add one with its form; a name, a contact or free text has none."""

_MOST = 12
_PATTERNS = {form: re.compile(form.value) for form in Form}
_BY_NAME = {field.name: (order, field) for order, field in enumerate(ALLOWED)}


def allowed(values: Mapping[str, object]) -> tuple[dict[str, Plain], int]:
    """Return what may be shown, in the list's order, and how many fields were dropped. `None` is neither."""
    given = {name: value for name, value in values.items() if value is not None}
    kept: dict[str, Plain] = {}
    for _, field in sorted((_BY_NAME[name] for name in given if name in _BY_NAME), key=_order):
        shown = _many(field.form, given[field.name]) if field.many else _one(field.form, given[field.name])
        if shown is not None:
            kept[field.name] = shown
    return kept, len(given) - len(kept)


def _order(known: tuple[int, Field]) -> int:
    return known[0]


def _many(form: Form, value: object) -> list[str] | None:
    if not isinstance(value, list | tuple):
        return None
    shown = [_one(form, item) for item in value]
    return [item for item in shown if isinstance(item, str)][-_MOST:] if None not in shown else None


def _one(form: Form, value: object) -> str | int | float | bool | None:
    if form is Form.NUMBER:
        return value if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)) else None
    if form is Form.TIME:
        return _moment(value) if isinstance(value, datetime) and value.tzinfo else None
    text = str(value) if isinstance(value, UUID | str) else None  # StrEnum is str; anything else has its own repr
    return text if text is not None and _PATTERNS[form].fullmatch(text) else None


def _moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
