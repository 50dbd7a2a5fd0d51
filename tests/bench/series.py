"""Numbers that were measured several times: their middle and how far apart they lie. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Series:
    """One figure's repetitions, in the order they were taken."""

    samples: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle one; nan of nothing."""
        return median(self.samples) if self.samples else float("nan")

    @property
    def low(self) -> float:
        """The least."""
        return min(self.samples, default=float("nan"))

    @property
    def high(self) -> float:
        """The greatest."""
        return max(self.samples, default=float("nan"))


def quantile(values: Sequence[float], q: float) -> float:
    """The nearest-rank quantile: the least value that at least the share `q` of all does not exceed; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    rank = max(1, -int(-(q * len(ordered)) // 1))
    return ordered[min(rank, len(ordered)) - 1]


def ratios(ours: Series, theirs: Series) -> Series:
    """Ours by theirs, repetition by repetition: neighbours in time met the same machine."""
    return Series(tuple(a / b for a, b in zip(ours.samples, theirs.samples, strict=False) if b))
