"""Facts as a handler gets them, valid by default; one keyword per difference."""

from datetime import UTC, datetime
from typing import TypeVar
from uuid import UUID, uuid4

from contracts.envelope import Fact, FactBody, FactHead

B = TypeVar("B", bound=FactBody)

SOME_DAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def fact(
    body: B,
    *,
    version: int = 1,
    at: datetime = SOME_DAY,
    is_test: bool = False,
    actor: str = "system:test",
    id: UUID | None = None,
) -> Fact[B]:
    """This body, in an envelope."""
    head = FactHead(
        id=id or uuid4(),
        type=body.type_name,
        source=f"/{body.stream.said_by}",
        key=body.key(),
        version=version,
        time=at,
        correlation=uuid4(),
        causation=None,
        actor=actor,
        is_test=is_test,
        ignorable=body.ignorable,
    )
    return Fact(head, body)
