"""How full each staff member is, and whose turn it is."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

FULL_TIME: Final = 100
"""`weight` of a full-time staff member, per cent"""


@dataclass(frozen=True, slots=True)
class Load:
    """One staff member's counter row. `turn` is virtual time: who has the least is next; a lead costs 100 / weight."""

    staff: str
    capacity: int
    hard: int
    weight: int
    open: int
    turn: Decimal

    @property
    def free(self) -> bool:
        """Whether one more open lead fits; a lowered capacity counts at once."""
        return self.open < self.capacity

    @property
    def cost(self) -> Decimal:
        """What one lead moves the turn by: a half-time colleague's moves twice as far."""
        return Decimal(FULL_TIME) / Decimal(self.weight)

    def with_one_more(self) -> "Load":
        """After taking a lead."""
        return replace(self, open=self.open + 1, turn=self.turn + self.cost)

    def with_one_less(self) -> "Load":
        """After a lead was closed or moved away; the limit follows a capacity that was lowered meanwhile."""
        fewer = max(self.open - 1, 0)
        return replace(self, open=fewer, hard=max(self.capacity, fewer))
