"""A fault as it is planned: one printable line, from which exactly the same fault is done again."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Self

Told = Mapping[str, str | float | int]


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault of a schedule. `calm`: seconds of nothing before it; `told`: what its kind is made with."""

    n: int
    kind: str
    calm: float
    told: Told

    def __str__(self) -> str:
        told = " ".join(f"{name}={value}" for name, value in self.told.items())
        return f"{self.n:>4}  +{self.calm:<5} {self.kind:<14} {told}"

    @property
    def line(self) -> str:
        """As JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def of(cls, line: str) -> Self:
        """Read back."""
        return cls(**json.loads(line))


def printed(planned: Iterable[Planned]) -> str:
    """A schedule for a file and for eyes: JSON lines; `replayed` reads it."""
    return "".join(one.line + "\n" for one in planned)


def replayed(text: str) -> list[Planned]:
    """A schedule from its file, to do the same again."""
    return [Planned.of(line) for line in text.splitlines() if line.strip()]


def counts(planned: Sequence[Planned]) -> dict[str, int]:
    """How many of each kind."""
    found: dict[str, int] = {}
    for one in planned:
        found[one.kind] = found.get(one.kind, 0) + 1
    return dict(sorted(found.items()))
