"""What applying a document would change, field by field, and what was applied before but is not named in it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from services.intake.network.rules.fields import Instant
from services.intake.network.rules.items import AnyItem
from services.intake.network.rules.parts import Part


class FieldChange(Part):
    """One field of an item, before and after, as a file writes it; None where it is absent."""

    field: str
    before: str | None
    after: str | None


class ItemChange(Part):
    """One item that is added or changed, and from when."""

    key: str
    effective_from: Instant
    later: bool
    """takes effect after now: others hear of it then"""
    fields: tuple[FieldChange, ...] = ()
    """empty for an addition"""


class Plan(Part):
    """What would change, or did."""

    applied: bool
    additions: tuple[ItemChange, ...]
    changes: tuple[ItemChange, ...]
    unchanged: Annotated[int, Field(ge=0)]
    left_alone: tuple[str, ...]
    """applied earlier and not named now: they stay as they are"""
    facts: tuple[str, ...]
    """keys the other services hear of at once"""


def differing(items: Sequence[AnyItem], stored: Mapping[str, AnyItem]) -> list[AnyItem]:
    """Items that are new, or not as they were last applied."""
    return [item for item in items if stored.get(item.key) != item]


def plan_of(
    items: Sequence[AnyItem], stored: Mapping[str, AnyItem], facts: Sequence[str], at: datetime, *, applied: bool
) -> Plan:
    """What these items change in what was last applied, in key order."""
    different = sorted(differing(items, stored), key=lambda item: item.key)
    named = {item.key for item in items}
    return Plan(
        applied=applied,
        additions=tuple(_change(item, None, at) for item in different if item.key not in stored),
        changes=tuple(_change(item, stored[item.key], at) for item in different if item.key in stored),
        unchanged=len(items) - len(different),
        left_alone=tuple(sorted(set(stored) - named)),
        facts=tuple(facts),
    )


def overlaid(in_force: Sequence[AnyItem], changed: Sequence[AnyItem], at: datetime) -> list[AnyItem]:
    """The network as it will be at `at` once these are applied: a newer revision in effect wins."""
    now = {item.key: item for item in in_force}
    now.update({item.key: item for item in changed if item.effective_from <= at})
    return list(now.values())


def _change(item: AnyItem, before: AnyItem | None, at: datetime) -> ItemChange:
    fields: tuple[FieldChange, ...] = ()
    if before is not None:
        old, new = dict(_leaves(before)), dict(_leaves(item))
        fields = tuple(
            FieldChange(field=field, before=old.get(field), after=new.get(field))
            for field in sorted(old.keys() | new.keys())
            if old.get(field) != new.get(field)
        )
    return ItemChange(key=item.key, effective_from=item.effective_from, later=item.effective_from > at, fields=fields)


def _leaves(item: AnyItem) -> Iterator[tuple[str, str]]:
    yield from _flat("", item.model_dump(mode="json", exclude_none=True))


def _flat(under: str, value: Any) -> Iterator[tuple[str, str]]:
    """Fields as `first_response.warn`; a list of plain values is one field, other lists are numbered."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _flat(f"{under}.{name}" if under else name, inner)
    elif isinstance(value, list) and any(isinstance(inner, dict) for inner in value):
        for number, inner in enumerate(value):
            yield from _flat(f"{under}[{number}]", inner)
    elif isinstance(value, list):
        yield under, ", ".join(map(str, value))
    else:
        yield under, value if isinstance(value, str) else json.dumps(value)
