"""Every crash point of delivery.md, and a few of ours. Key destruction halfway comes with the erasure it belongs to."""

from typing import Final

from tests.faults.patched.points import outside, readers, relays, writers
from tests.faults.patched.points.point import Point

POINTS: Final[dict[str, Point]] = {
    point.name: point for point in (*writers.POINTS, *relays.POINTS, *readers.POINTS, *outside.POINTS)
}
"""By name; the name is the file that arms it."""


def points_of(role: str) -> list[Point]:
    """Those that a process of this role passes."""
    return [point for point in POINTS.values() if point.is_met_by(role)]
