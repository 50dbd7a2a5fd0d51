"""Rules for each fact class, and for the unions that list them."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, get_args

from contracts.envelope import FactBody
from contracts.lint.annotations import fields_of
from contracts.lint.finding import Finding
from contracts.shapes import SLUG, UUID_TEXT, Shape

IRREGULAR: Final = frozenset({"Set", "Sent", "Lost", "Held", "Made", "Met", "Begun", "Withdrawn", "Agreed"})
"""Past tenses without -ed (and Agreed, which ends like the noun Need)."""

STATES: Final = frozenset({"LeadWaiting", "MatchTokens"})
"""Names of the design that are no past tense: the fact is that something now is so."""

TAKING_AWAY: Final = frozenset({"ContactStopped", "PermissionChanged", "PersonErased", "LeadClosed"})
"""What a reader may act on while its key is parked: it only takes away (delivery.md, "Reading")."""

KEY_SHAPES: Final = {"lead id": UUID_TEXT, "kind/id": SLUG}


def members(union: Any) -> tuple[type[FactBody], ...]:
    """The fact classes of a stream's union; a stream with one fact has no union, only the class."""
    return get_args(union) or (union,)


def fact_findings(fact: type[FactBody]) -> Iterator[Finding]:
    """Name, key and flags of one fact."""
    for what in (*_tense(fact.__name__), *_key(fact), *_stops(fact)):
        yield Finding(fact.__name__, what)


def _tense(name: str) -> Iterator[str]:
    last = re.findall(r"[A-Z][a-z0-9]*", name)[-1:]
    past = [word for word in last if word in IRREGULAR or (word.endswith("ed") and not word.endswith("eed"))]
    if not past and name not in STATES:
        yield "a fact is named in the past tense"


def _key(fact: type[FactBody]) -> Iterator[str]:
    field = fact.model_fields.get(fact.key_field)
    if field is None:
        yield f"its key field {fact.key_field!r} does not exist"
        return
    if not field.is_required():
        yield f"its key field {fact.key_field!r} has a default: every fact belongs to one key"
    needed = KEY_SHAPES.get(fact.stream.key)
    written = next(field for field in fields_of(fact) if field.name == fact.key_field)
    shapes = [mark for leaf in written.leaves for mark in leaf.marks if isinstance(mark, Shape)]
    if needed is not None and shapes != [needed]:
        yield f"its key field {fact.key_field!r} is a {needed.called} on this stream"


def _stops(fact: type[FactBody]) -> Iterator[str]:
    if fact.stops and fact.__name__ not in TAKING_AWAY:
        yield "stops only where something is taken away"
    if not fact.stops and fact.__name__ in TAKING_AWAY:
        yield "takes something away: stops=True, or a parked key goes on being worked"


def union_findings(known: Mapping[str, type[FactBody]], unions: Mapping[str, Any]) -> Iterator[Finding]:
    """Whether the unions and the known types are the same set, each fact on the stream it declares."""
    listed = {stream: members(union) for stream, union in unions.items()}
    for fact in known.values():
        if fact not in listed.get(fact.stream.name, ()):
            yield Finding(fact.__name__, f"is not in the union of its stream {fact.stream.name}")
    for stream, facts in listed.items():
        for fact in facts:
            if known.get(fact.type_name) is not fact:
                yield Finding(fact.__name__, f"another fact took its type name {fact.type_name}")
            if fact.stream.name != stream:
                yield Finding(fact.__name__, f"is in the union of {stream} and declares {fact.stream.name}")
