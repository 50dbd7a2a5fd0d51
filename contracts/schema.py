"""The JSON Schema of a fact, and what may change in it: optional fields and values of closed lists are added, no more.

Anything else breaks somebody: a narrower field refuses facts that were said before, a wider one is refused by readers
of the release before (P15). Such a change is a new fact with a new type name.
"""

from collections.abc import Iterator
from typing import Any, Final

from contracts.envelope import FactBody

Schema = dict[str, Any]

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
WRITTEN_TIME: Final = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{6}Z$"
"""The one way times are written (`contracts.envelope.rfc3339`)."""

_ABOUT: Final = {"description", "title", "x-owner", "x-class", "$defs", "$schema"}
"""What says something about a field and nothing about its bytes: may change, after a new freeze."""


def schema_of(fact: type[FactBody]) -> Schema:
    """The schema of one fact's body as today's code reads and writes it, with its stream, key and flags."""
    plain = _tidy(fact.model_json_schema())
    return {
        "$schema": DIALECT,
        **plain,
        "title": fact.type_name,
        "x-stream": fact.stream.name,
        "x-key": fact.key_field,
        "x-ignorable": fact.ignorable,
        "x-stops": fact.stops,
    }


def _tidy(node: Any) -> Any:
    """Without pydantic's titles (`Lead` for `lead`), and with the written form of times."""
    if isinstance(node, list):
        return [_tidy(part) for part in node]
    if not isinstance(node, dict):
        return node
    kept = {name: _tidy(part) for name, part in node.items() if not (name == "title" and isinstance(part, str))}
    if kept.get("format") == "date-time":
        kept["pattern"] = WRITTEN_TIME
    return kept


def breaks(frozen: Schema, today: Schema) -> list[str]:
    """Each difference between two schemas of one type that is more than an addition, named by its path."""
    return list(_differences(frozen, today, frozen, today, ""))


def _differences(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    old, new = _resolved(old, old_root), _resolved(new, new_root)
    for word in sorted((old.keys() | new.keys()) - _ABOUT - {"properties", "required", "enum", "items", "anyOf"}):
        if old.get(word) != new.get(word):
            yield f"{at or '/'}: {word} was {old.get(word)!r}, is {new.get(word)!r}"
    if gone := set(old.get("enum", ())) - set(new.get("enum", ())):
        yield f"{at or '/'}: values gone: {', '.join(sorted(gone))}"
    if ("enum" in old) != ("enum" in new):
        yield f"{at or '/'}: a closed list on one side only"
    yield from _fields(old, new, old_root, new_root, at)
    yield from _parts(old, new, old_root, new_root, at)


def _fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    needed_before, needed_now = set(old.get("required", ())), set(new.get("required", ()))
    for name in sorted(before):
        if name not in now:
            yield f"{at}/{name}: the field is gone"
            continue
        if (name in needed_before) != (name in needed_now):
            yield f"{at}/{name}: was {'required' if name in needed_before else 'optional'}, is not any more"
        yield from _differences(before[name], now[name], old_root, new_root, f"{at}/{name}")
    for name in sorted(needed_now - before.keys()):
        yield f"{at}/{name}: a new field is optional, this one is required"


def _parts(old: Schema, new: Schema, old_root: Schema, new_root: Schema, at: str) -> Iterator[str]:
    if ("items" in old) != ("items" in new) or len(old.get("anyOf", ())) != len(new.get("anyOf", ())):
        yield f"{at or '/'}: another kind of value"
        return
    if "items" in old:
        yield from _differences(old["items"], new["items"], old_root, new_root, f"{at}[]")
    for before, now in zip(old.get("anyOf", ()), new.get("anyOf", ()), strict=True):
        yield from _differences(before, now, old_root, new_root, at)


def _resolved(node: Schema, root: Schema) -> Schema:
    """The node a `$ref` points at, with what stands beside the reference (its default, its description)."""
    if "$ref" not in node:
        return node
    target: Schema = root["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return {**target, **{word: part for word, part in node.items() if word != "$ref"}}
