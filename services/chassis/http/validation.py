"""A document against its model, strictly; faults in our own words by pydantic's error type, never the input (S1)."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, LiteralString, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from services.chassis.http.documents import POINTERS, pointer_to, storable
from services.chassis.http.problems import Invalid, Pointer

M = TypeVar("M", bound=BaseModel)

_OURS: Final = "says:"

WORDS: Final[dict[str, str]] = {
    "missing": "is required",
    "extra_forbidden": "is not a field here",
    "string_type": "must be text",
    "string_too_short": "is too short",
    "string_too_long": "is too long",
    "string_pattern_mismatch": "does not have the form it must have",
    "int_type": "must be a whole number",
    "int_parsing": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "float_parsing": "must be a number",
    "decimal_type": "must be a number",
    "decimal_parsing": "must be a number",
    "bool_type": "must be true or false",
    "bool_parsing": "must be true or false",
    "none_required": "must be null",
    "enum": "is not one of the known values",
    "literal_error": "is not one of the known values",
    "union_tag_invalid": "is not one of the known values",
    "union_tag_not_found": "does not say which kind it is",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "frozen_set_type": "must be a list",
    "too_short": "has too few entries",
    "too_long": "has too many entries",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "model_attributes_type": "must be an object",
    "greater_than": "is too small",
    "greater_than_equal": "is too small",
    "less_than": "is too large",
    "less_than_equal": "is too large",
    "multiple_of": "is not a multiple of what it must be",
    "uuid_type": "must be a UUID",
    "uuid_parsing": "must be a UUID",
    "date_type": "must be a date, YYYY-MM-DD",
    "date_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_inexact": "must be a date, YYYY-MM-DD",
    "date_past": "must be in the past",
    "date_future": "must be in the future",
    "datetime_type": "must be a time, RFC 3339",
    "datetime_parsing": "must be a time, RFC 3339",
    "datetime_from_date_parsing": "must be a time, RFC 3339",
    "datetime_object_invalid": "must be a time, RFC 3339",
    "timezone_aware": "must carry a time zone",
    "datetime_past": "must be in the past",
    "datetime_future": "must be in the future",
    "time_type": "must be a time of day",
    "time_parsing": "must be a time of day",
    "time_delta_type": "must be a duration",
    "time_delta_parsing": "must be a duration",
    "url_type": "must be a URL",
    "url_parsing": "must be a URL",
    "url_scheme": "must be a URL of a known scheme",
}
"""One sentence for each way a field can be wrong; whatever is not listed is "is not acceptable"."""

_OTHERWISE: Final = "is not acceptable"


def field_error(code: str, says: LiteralString) -> PydanticCustomError:
    """For a model's own validators: a fault in constant words. A plain `ValueError` is answered without its text."""
    return PydanticCustomError(_OURS + code, says)


def forbids_unknown(model: type[BaseModel]) -> bool:
    """Whether the model and every model inside it refuses a field it does not name."""
    schema = model.model_json_schema()
    objects = [schema, *schema.get("$defs", {}).values()]
    return all(one.get("additionalProperties") is False for one in objects if "properties" in one)


def valid_body(model: type[M], raw: bytes) -> M:
    """`raw` as the model, in pydantic's strict JSON mode (a date is a string, a number is no string).

    `raw` has passed `parse_json`: what the two parsers would read differently is already refused.

    Raises:
        Problem: 422 with a pointer for each fault, at most 20 of them.
    """
    try:
        return model.model_validate_json(raw, strict=True)
    except ValidationError as error:
        pointers = _pointers(error)
    raise Invalid(*pointers)  # outside the except: a chained ValidationError holds the input


def valid_form(model: type[M], fields: Mapping[str, str]) -> M:
    """The fields of a form as the model: every value is text, and read as what the field is.

    Raises:
        Problem: 422 with a pointer for each fault, at most 20 of them.
    """
    unstorable = [(pointer_to((name,)), _OTHERWISE) for name, text in fields.items() if not storable(name + text)]
    if unstorable:
        raise Invalid(*unstorable[:POINTERS])
    try:
        return model.model_validate_strings(dict(fields))
    except ValidationError as error:
        pointers = _pointers(error)
    raise Invalid(*pointers)


def _pointers(error: ValidationError) -> Sequence[Pointer]:
    faults = error.errors(include_input=False, include_context=False, include_url=False)
    return list(dict.fromkeys((pointer_to(fault["loc"]), _words(fault)) for fault in faults))[:POINTERS]


def _words(fault: ErrorDetails | dict[str, Any]) -> str:
    kind = fault["type"]
    if kind.startswith(_OURS):
        return str(fault["msg"])
    return WORDS.get(kind, _OTHERWISE)
