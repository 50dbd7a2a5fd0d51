"""A JSON schema as rows a person reads: name, what it holds, whether it is needed. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

_DEEPEST: Final = 4
"""Objects inside objects; what lies deeper is shown as an object."""

_WORDS: Final = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}
_FORMATS: Final = {"date": "date", "date-time": "time, UTC", "uuid": "id", "uri": "address"}

Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One field; `name` is its path, `person.phone`, `channels[]`."""

    name: str
    holds: str
    needed: bool
    says: str
    """its description, where it has one"""


def rows_of(name: str, schemas: Mapping[str, Schema], prefix: str = "", depth: int = 0) -> Iterator[Row]:
    """The fields of one schema of the document and of the objects inside it, in the order they were declared."""
    schema = schemas[name]
    needed = set(schema.get("required", ()))
    for field, written in schema.get("properties", {}).items():
        found = _chosen(written)
        inside, suffix = _object_in(found)
        says = written.get("description") or (schemas[inside].get("description", "") if inside else "")
        yield Row(f"{prefix}{field}", _holds(found), field in needed, says)
        if inside and depth < _DEEPEST and schemas[inside].get("properties"):
            yield from rows_of(inside, schemas, f"{prefix}{field}{suffix}.", depth + 1)


def _chosen(written: Schema) -> Schema:
    """Of a choice what is not null; of several the first object, else the first."""
    options = [one for one in written.get("anyOf", ()) if one.get("type") != "null"]
    if not options:
        return written
    return next((one for one in options if "$ref" in one), options[0])


def _object_in(schema: Schema) -> tuple[str | None, str]:
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2], ""
    items = schema.get("items", {})
    return (items["$ref"].rpartition("/")[2], "[]") if "$ref" in items else (None, "")


def _holds(schema: Schema) -> str:
    if "const" in schema:
        return f"always {schema['const']}"
    if "enum" in schema:
        return "one of " + ", ".join(map(str, schema["enum"]))
    if "$ref" in schema or schema.get("type") == "object":
        return "object"
    if schema.get("type") == "array":
        most = f", at most {schema['maxItems']}" if "maxItems" in schema else ""
        return f"list of {_holds(_chosen(schema.get('items', {})))}{most}"
    return _plain(schema)


def _plain(schema: Schema) -> str:
    kind = _FORMATS.get(schema.get("format", "")) or _WORDS.get(schema.get("type", ""), "any value")
    if "maxLength" in schema and kind == "text":
        return f"text, at most {schema['maxLength']} characters"
    if "minimum" in schema and "maximum" in schema:
        return f"{kind}, {schema['minimum']} to {schema['maximum']}"
    return kind
