"""A person and their permission, as a door takes them. Nothing here shows itself: no `repr` has a value in it."""

import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from contracts.shapes import Label, Language, Wording
from contracts.vocabulary import Permitted
from services.intake.network.rules.fields import Day, Instant, OneOf, refused
from services.intake.network.rules.words import ReferralField

OLDEST_YEAR: Final = 1900

_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Zl", "Zp"})
"""Categories of Unicode that show nothing, or what each reader's font likes."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters by category that show nothing (Hangul fillers)."""


def _legible(name: str) -> str:
    seen = [letter for letter in name if letter not in _FILLERS]
    if len(seen) < len(name) or any(unicodedata.category(letter) in _UNSEEN for letter in seen):
        raise refused("unseen", "holds characters that nobody sees")
    if not any(map(str.isalnum, seen)):
        raise refused("no_letter", "needs a letter; leave a name out that somebody does not have")
    return name


Name = Annotated[Label, AfterValidator(_legible)]
"""What a person is called: what is seen of it is all there is."""

Postcode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9]([A-Za-z0-9 -]{0,9}[A-Za-z0-9])?$", max_length=11)]


class _Door(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class Person(_Door):
    """Contact details as they were sent. The default ask: a name, one channel, postcode, birth year, language."""

    given_name: Name | None = Field(default=None, repr=False)
    family_name: Name | None = Field(default=None, repr=False)
    birth_year: int | None = Field(default=None, ge=OLDEST_YEAR, le=2200, repr=False)
    birth_date: Day | None = Field(default=None, repr=False)
    """Only where the study asks for the whole date; otherwise the year."""
    phone: str | None = Field(default=None, min_length=1, max_length=40, repr=False)
    """With + and the country, or as it is dialled in the site's country."""
    email: str | None = Field(default=None, min_length=3, max_length=254, repr=False)
    postcode: Postcode | None = Field(default=None, repr=False)
    language: Language | None = None

    @property
    def fields(self) -> frozenset[ReferralField]:
        """Which of the fields were sent, for the allow-list (R11)."""
        return frozenset(ReferralField(name) for name in type(self).model_fields if getattr(self, name) is not None)


class Permission(_Door):
    """What a person permitted (R29): channels, the wording they agreed to, when."""

    channels: Annotated[tuple[Annotated[Permitted, OneOf(Permitted)], ...], Field(max_length=10)]
    """How the person may be reached; each needs its detail above."""
    wording: Wording
    """Which wording they agreed to, id@version."""
    given_at: Instant
    """When they agreed."""

    @property
    def reaches(self) -> frozenset[Permitted]:
        """The channels by which somebody may be reached; leaving a message is none by itself."""
        return frozenset(self.channels) - {Permitted.MAY_LEAVE_MESSAGE}
