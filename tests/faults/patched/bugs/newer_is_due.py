"""Any newer version is applied, not only the next one: what was missing or waits for repair is a repeat for ever."""

from uuid import UUID

from contracts.streams import Order
from services.chassis.consume import careful, plan
from services.chassis.consume.rules import Cursor, Verdict
from tests.faults.patched.patching import patch


def plant() -> None:
    """Wherever a version is judged."""
    patch(plan, "judge", _judge)
    patch(careful, "judge", _judge)


def _judge(cursor: Cursor, version: int, event: UUID, *, order: Order, adopts: bool = False) -> Verdict:
    return Verdict.DUE if version > cursor.version else Verdict.REPEAT
