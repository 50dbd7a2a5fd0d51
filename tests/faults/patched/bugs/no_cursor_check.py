"""The reader applies whatever comes: a fact that is sent again has its effect again."""

from uuid import UUID

from contracts.streams import Order
from services.chassis.consume import plan
from services.chassis.consume.rules import Cursor, Verdict
from tests.faults.patched.patching import patch


def plant() -> None:
    """Where a poll is judged."""
    patch(plan, "judge", _judge)


def _judge(cursor: Cursor, version: int, event: UUID, *, order: Order, adopts: bool = False) -> Verdict:
    return Verdict.DUE
