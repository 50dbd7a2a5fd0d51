"""What is wrong with a network file, where, in words that repeat nothing of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from contracts.shapes import CODE, LABEL, LANGUAGE, LOCAL_TIME, SLUG, STAFF_MAIL, ZONE

Path = tuple[str | int, ...]
"""From the top of the document: `("sites", 3, "zone")`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing to mend."""

    path: Path
    says: str


_FORMS: Final[Mapping[str, str]] = {
    str(SLUG.pattern): "must be lower-case letters, digits and hyphens, at most 60",
    str(CODE.pattern): "must be letters, digits and . _ / -, without spaces",
    str(LABEL.pattern): "must be one line without @, < or >, starting with a visible character",
    str(LANGUAGE.pattern): "must be a language like en or es-US",
    str(LOCAL_TIME.pattern): "must be a local time HH:MM, at most 24:00",
    str(STAFF_MAIL.pattern): "must be a mail address",
    str(ZONE.pattern): "is not a time zone of the IANA database, like Europe/London",
    "^[A-Z]{2}$": "must be a country code of two capital letters",
    "^NCT[0-9]{8}$": "must be NCT and eight digits",
}

_WORDS: Final[Mapping[str, str]] = {
    "missing": "is required",
    "extra_forbidden": "is not a field here",
    "string_type": "must be text (write it in quotes)",
    "string_too_long": "is too long",
    "string_too_short": "must not be empty",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "too_short": "has too few entries",
    "too_long": "has too many entries",
    "model_type": "must be a mapping of fields",
    "model_attributes_type": "must be a mapping of fields",
    "greater_than_equal": "is too small",
    "less_than_equal": "is too large",
}


def faults_from(error: ValidationError, under: Path) -> Iterable[Fault]:
    """Pydantic's findings in our words, below `under`."""
    for found in error.errors(include_input=False, include_url=False):
        yield Fault((*under, *found["loc"]), _words(found))


def _words(found: Mapping[str, Any]) -> str:
    kind = str(found["type"])
    if kind.startswith("says:"):
        return str(found["msg"])
    if kind == "string_pattern_mismatch":
        return _FORMS.get(found["ctx"]["pattern"], "does not have the form it must have")
    return _WORDS.get(kind, "is not acceptable")


def dotted(path: Path) -> str:
    """`sites[3].zone`."""
    said = ""
    for step in path:
        said += f"[{step}]" if isinstance(step, int) else f".{step}"
    return said.removeprefix(".")
