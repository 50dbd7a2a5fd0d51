"""A person nobody else has: values made anew each run, so they stand in no source file."""

from dataclasses import dataclass
from secrets import choice, randbelow, token_hex

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Canary:
    """What must never appear. `values` in the forms it could take."""

    word: str
    name: str
    mail: str
    phone: str

    @classmethod
    def hatch(cls) -> "Canary":
        """Return a new one."""
        word = "".join(choice(_LETTERS) for _ in range(16))
        return cls(word, f"Jane {word.title()}", f"jane.{token_hex(6)}@mail.example", f"+4915{randbelow(10**10):010}")

    @property
    def values(self) -> tuple[str, ...]:
        """Every value, for a test that puts each of them somewhere."""
        return self.word, self.name, self.mail, self.phone

    def is_in(self, text: str) -> list[str]:
        """Return the values that appear, in any case."""
        return [value for value in self.values if value.lower() in text.lower()]
