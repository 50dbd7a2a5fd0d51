"""When two leads are of the same person (R14, S8): equal keyed tokens, within one study and site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.vocabulary import DuplicateCheck, TokenKind

STRONG: Final = frozenset({TokenKind.PHONE, TokenKind.EMAIL})
"""Equal alone is enough to link without asking anybody; the rest is a question for the site."""


@dataclass(frozen=True, slots=True)
class Match:
    """One earlier lead with tokens equal to this one's."""

    lead: UUID
    earlier: UUID
    seq: int
    """order in which the earlier lead's tokens came"""
    kinds: tuple[TokenKind, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comparing a lead's tokens gave."""

    result: DuplicateCheck
    earlier: UUID | None = None
    kinds: tuple[TokenKind, ...] = ()


def judge(matches: Sequence[Match]) -> Verdict:
    """Confirmed on a strong token, under the earliest such lead; suspected on any other; else clear."""
    strong = [match for match in matches if STRONG.intersection(match.kinds)]
    if strong:
        first = min(strong, key=lambda match: match.seq)
        return Verdict(DuplicateCheck.CONFIRMED, first.earlier, tuple(sorted(first.kinds)))
    if matches:
        first = min(matches, key=lambda match: match.seq)
        return Verdict(DuplicateCheck.SUSPECTED, first.earlier, tuple(sorted(first.kinds)))
    return Verdict(DuplicateCheck.CLEAR)
