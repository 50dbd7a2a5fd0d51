"""What a run has found so far: figures with their repetitions, and what has to be said beside them. Kept as it goes."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.bench.series import Series

OTHERS: Final = "machine.taken by others"
"""Per cent of all cores that somebody took who has no part in the run, while Baton was under load."""


@dataclass
class Figure:
    """One number's repetitions and its unit, e.g. `1/s`, `ms`, `MB`, `s`."""

    unit: str
    samples: list[float] = field(default_factory=list)

    @property
    def series(self) -> Series:
        """The repetitions so far."""
        return Series(tuple(self.samples))


@dataclass
class Results:
    """Written to `file` after every figure: a run that is broken off has told what it knew."""

    file: Path
    about: dict[str, Any]
    figures: dict[str, Figure] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)

    def add(self, name: str, unit: str, value: float) -> None:
        """One repetition of a figure."""
        self.figures.setdefault(name, Figure(unit)).samples.append(float(value))
        self.save()

    def note(self, about: str, text: str) -> None:
        """What a reader of a figure has to know; the last word on a subject stands."""
        self.notes[about] = text
        self.save()

    def series(self, name: str) -> Series | None:
        """A figure's repetitions, None when it was not measured in this run."""
        figure = self.figures.get(name)
        return figure.series if figure and figure.samples else None

    def document(self) -> dict[str, Any]:
        """All of it as JSON."""
        told = {
            name: {
                "unit": figure.unit,
                "median": figure.series.median,
                "low": figure.series.low,
                "high": figure.series.high,
                "samples": figure.samples,
            }
            for name, figure in self.figures.items()
        }
        return {**self.about, "figures": told, "notes": self.notes}

    def save(self, **more: Any) -> None:
        """Write it down."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.document() | more, indent=1) + "\n", encoding="utf-8")
