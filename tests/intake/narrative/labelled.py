"""Invented texts, each known to be narrative or ordinary: words were chosen with `tuning.txt` only."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.intake.narrative.rules.judge import Kind, narrative_in

HALVES: Final = ("tuning", "heldout")


@dataclass(frozen=True)
class Labelled:
    """One text in a field of one kind."""

    narrative: bool
    kind: Kind
    language: str
    text: str

    @property
    def caught(self) -> bool:
        return bool(narrative_in(self.text, self.kind))


@dataclass(frozen=True)
class Score:
    """Of one group: how many there are, and how many were judged wrongly."""

    narrative: int = 0
    missed: int = 0
    ordinary: int = 0
    alarmed: int = 0


def labelled(half: str) -> list[Labelled]:
    """One half, as its file has it."""
    return list(_read(Path(__file__).with_name(f"{half}.txt").read_text("utf-8")))


def scores(texts: Iterable[Labelled]) -> dict[tuple[str, str], Score]:
    """By language and by kind of field, and over all."""
    counted: Counter[tuple[tuple[str, str], str]] = Counter()
    for one in texts:
        wrong = one.caught is not one.narrative
        for group in (("language", one.language), ("field", one.kind), ("all", "")):
            counted[group, "narrative" if one.narrative else "ordinary"] += 1
            counted[group, "missed" if one.narrative else "alarmed"] += wrong
    groups = sorted({group for group, _ in counted})
    names = ("narrative", "missed", "ordinary", "alarmed")
    return {group: Score(**{name: counted[group, name] for name in names}) for group in groups}


def _read(text: str) -> Iterator[Labelled]:
    head: tuple[bool, Kind, str] | None = None
    for line in text.splitlines():
        if line.startswith("## "):
            label, kind, language = line[3:].split()
            head = (label == "narrative", Kind(kind), language)
        elif line:
            assert head is not None
            yield Labelled(*head, line)
