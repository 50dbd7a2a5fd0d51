"""What doctor says about a law."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.chassis.service import Breach

ACTOR: Final = "system:doctor"

MOST: Final = 1000
"""Breaches of one law that are collected: beyond that, the law is what is wrong and not a key."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A law, how many things were held against it (None where its service does not say), and what breaks it."""

    law: str
    checked: int | None
    broken: Sequence[Breach] = ()

    def as_json(self) -> dict[str, Any]:
        """As `--json` prints it."""
        broken = [{"key": one.key, "says": one.says} for one in self.broken]
        return {"law": self.law, "checked": self.checked, "holds": not self.broken, "broken": broken}
