"""An example of a fact with its head, as the chassis would have written it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from contracts.envelope import Fact, FactBody, FactHead

LEAD: Final = "0199f4c2-6b1a-7c3e-9d52-4e8f1a0b7c6d"
EARLIER_LEAD: Final = "0199ea07-15d4-7b60-8f3c-a1d94b2e5077"
REFUSED: Final = "0199f4c5-02ee-7a41-b6c8-93d7e05f1b24"
ALERT: Final = str(uuid5(UUID(LEAD), "alert:first_response:1:warning"))
"""Derived, so that a second decision names the same alert (architecture.md, "Ids")."""

MONDAY: Final = datetime(2026, 10, 19, 13, 4, 7, 218_433, tzinfo=UTC)
"""When the example lead was received: a Monday, 09:04 at Eastmere."""


@dataclass(frozen=True, slots=True)
class Example:
    """One fact under a name; the name is its file's in `contracts/frozen/examples/<type>/`."""

    name: str
    fact: Fact[Any]


def said(
    name: str,
    body: FactBody,
    *,
    actor: str = "",
    after: timedelta = timedelta(),
    version: int = 1,
    caused: bool = True,
    is_test: bool = False,
) -> Example:
    """`body` as its service said it `after` the lead was received; ids are derived from type and name."""
    identity = f"{body.type_name}/{name}"
    source = body.stream.said_by
    head = FactHead(
        id=uuid5(UUID(LEAD), identity),
        type=body.type_name,
        source=f"/{source}",
        key=body.key(),
        version=version,
        time=MONDAY + after,
        correlation=UUID(LEAD),
        causation=uuid5(UUID(LEAD), f"cause:{identity}") if caused else None,
        actor=actor or f"system:{source}",
        is_test=is_test,
        ignorable=body.ignorable,
        traceparent=f"00-{uuid5(UUID(LEAD), 'trace').hex}-{uuid5(UUID(LEAD), identity).hex[:16]}-01",
    )
    return Example(name, Fact(head, body))
