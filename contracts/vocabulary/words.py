"""What every closed list has in common: writers are closed, readers map an unknown value to OTHER."""

from enum import StrEnum
from typing import Any, Self

from pydantic import BeforeValidator


class Word(StrEnum):
    """A closed list with a place for what a newer writer may say."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        return cls.__members__.get("OTHER") if isinstance(value, str) else None


def listed(words: type[Word], *, other: bool = False) -> BeforeValidator:
    """For a door's model: `Annotated[ContactResult, listed(ContactResult)]` refuses what the list does not hold.

    `other=True` where `other` is a value of its own (close reasons) and not only a reader's placeholder.
    """
    values = {word.value for word in words if other or word.name != "OTHER"}

    def check(value: Any) -> Any:
        if not isinstance(value, str) or value not in values:  # a list or an object cannot be looked up: TypeError
            raise ValueError("not one of the listed values")
        return value

    return BeforeValidator(check)
