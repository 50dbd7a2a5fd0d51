"""People who stand out: every detail of theirs holds a word that appears nowhere else, so one byte of it is found.

Each kind of detail has its own word, long enough that it turns up by chance in no file; a number makes the person.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

WORDS: Final[Mapping[str, str]] = {
    "given name": "Quizzlebrand",
    "family name": "Ümbra Vexnorkel",
    "folded family name": "vexnorkel",
    "birth date": "1907-03-19",
    "phone": "447700900",
    "phone as written": "7700 900",
    "e-mail": "zwiebelquark",
    "postcode": "ZJXQVKWP",
    "external id": "Zaphnaquill",
    "basis reference": "dossier Wrymblatt",
    "note": "has palpitations since Ghorvingsday",
}
"""What is looked for, by kind of detail. `note` is what nobody should send at all."""


_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Canary:
    """One planted person. `number` is up to 999: a phone number of the range kept for fiction in Britain has three
    digits to choose."""

    number: int

    @property
    def person(self) -> dict[str, Any]:
        """As a partner sends it."""
        return {
            "given_name": f"{self._own} Quizzlebrand{self.number}",
            "family_name": f"{self._own[::-1]} Ümbra Vexnorkel-{self.number}",
            "birth_date": "1907-03-19",
            "phone": f"+44 7700 900{self.number:03}",
            "email": f"zwiebelquark.{self.number}+post@mail.example",
            "postcode": f"{self._own[:3].upper()}ZJXQVKWP",
            "language": "en",
        }

    @property
    def _own(self) -> str:
        """Six letters that nobody else begins with: people who are like each other are asked about as one."""
        spread = self.number * 317_811_077
        return "".join(_LETTERS[spread // 26**place % 26] for place in range(6))

    @property
    def external_id(self) -> str:
        """The partner's own id for this person."""
        return f"Zaphnaquill-{self.number}"

    @property
    def basis(self) -> dict[str, str]:
        """Why the partner may pass them on, and where it keeps its proof."""
        return {"kind": "self_referred", "reference": f"dossier Wrymblatt {self.number}", "given_on": "2025-06-01"}


class Canaries:
    """Makes one after the other, all different."""

    def __init__(self) -> None:
        self._numbers = count(1)

    def next(self) -> Canary:
        """Somebody who was not planted yet."""
        return Canary(next(self._numbers))
