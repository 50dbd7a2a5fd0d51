"""An identity: a kind and an id. What it may see is never part of it; each service looks that up (privacy.md)."""

import re
from dataclasses import dataclass, field
from typing import Final, Literal, Self, TypeGuard, get_args

Kind = Literal["partner", "sponsor", "staff", "operator"]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

_SLUG: Final = re.compile(r"[a-z0-9-]{1,60}")


@dataclass(frozen=True, slots=True)
class Identity:
    """Whoever a token or key speaks for; `str()` is the actor of a `Work`, e.g. `staff:ines`."""

    kind: Kind
    id: str
    factor_at: int | None = field(default=None, compare=False)
    """when a second factor was last given in this session, in seconds since 1970; who it is does not depend on it"""

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """`staff:ines` taken apart; None when it is not a known kind and a slug of `[a-z0-9-]{1,60}`."""
        kind, _, slug = text.partition(":")
        return cls(kind, slug) if is_kind(kind) and is_slug(slug) else None


def is_kind(text: str) -> TypeGuard[Kind]:
    """Whether this is one of the four kinds."""
    return text in KINDS


def is_slug(text: str) -> bool:
    """Whether this can be a set-up id (architecture.md, "Who owns data")."""
    return _SLUG.fullmatch(text) is not None
