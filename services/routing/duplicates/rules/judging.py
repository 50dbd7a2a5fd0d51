"""From equal tokens and compared details to a verdict (R14, S8): within one study and site, reversible by the site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from contracts.vocabulary import DuplicateCheck, Likeness, TokenKind
from services.routing.duplicates.rules.signature import NOT_COMPARED, Compared
from services.routing.duplicates.rules.weights import ENOUGH, REACHED, confidence_of, weight_of, weight_of_tokens

STRONG: Final = frozenset(REACHED)
"""Equal and not contradicted is enough to link without asking anybody; the rest is a question for the site."""

ONLY_BROUGHT_TOGETHER: Final = frozenset({
    TokenKind.NAMES,
    TokenKind.NAME_PLACE,
    TokenKind.INITIAL_BIRTH,
    TokenKind.BIRTH_PLACE,
})  # fmt: skip
"""Far too many people share one: without details to compare they say nothing."""


@dataclass(frozen=True, slots=True)
class Match:
    """One earlier lead that may be of the same person."""

    lead: UUID
    earlier: UUID
    seq: int
    """order in which the earlier lead's tokens came"""
    kinds: tuple[TokenKind, ...]
    sure: bool
    """a strong token is equal and the details do not speak against it"""
    confidence: int
    """percent"""
    likeness: Compared = NOT_COMPARED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What comparing a lead's tokens gave, and the match that decided it."""

    result: DuplicateCheck
    by: Match | None = None


def matched(lead: UUID, earlier: UUID, seq: int, kinds: Sequence[TokenKind], compared: Compared | None) -> Match | None:
    """A match, or None where an equal token brought two different people together.

    A strong token is sure unless a name or the birth says otherwise: then it is a question, since families share a
    number and twins their birthday too. Weak tokens need details that speak for one person. Where nothing could be
    compared (an older fact without a signature, another version of its key), the tokens are all there is.
    """
    kinds = tuple(sorted(set(kinds)))
    strong = not STRONG.isdisjoint(kinds)
    if compared is None:
        if not strong and ONLY_BROUGHT_TOGETHER.issuperset(kinds):
            return None
        return Match(lead, earlier, seq, kinds, strong, confidence_of(ENOUGH + weight_of_tokens(kinds)))
    details = weight_of(compared)
    weight = details + weight_of_tokens(kinds)
    if weight < ENOUGH:
        return None
    sure = strong and not _speaks_against(compared) and (details >= ENOUGH or compared == NOT_COMPARED)
    return Match(lead, earlier, seq, kinds, sure, confidence_of(weight), compared)


def judge(matches: Sequence[Match]) -> Verdict:
    """Confirmed under the earliest sure match; suspected on the likeliest other, the earliest of equals; else clear."""
    if sure := [match for match in matches if match.sure]:
        return Verdict(DuplicateCheck.CONFIRMED, min(sure, key=lambda match: match.seq))
    if matches:
        return Verdict(DuplicateCheck.SUSPECTED, min(matches, key=lambda match: (-match.confidence, match.seq)))
    return Verdict(DuplicateCheck.CLEAR)


def _speaks_against(compared: Compared) -> bool:
    return Likeness.DIFFERENT in (compared.one_name, compared.other_name, compared.birth)
