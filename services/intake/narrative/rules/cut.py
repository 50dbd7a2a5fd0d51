"""What is left of a value when the narrative is gone: the rest, where it still is what the field is for."""

import re
from typing import Final

from services.intake.narrative.rules.judge import Kind, narrative_in
from services.intake.narrative.rules.vocabulary import PARTICLES, folded

_EDGES: Final = " \t\n,;:.-\u2013\u2014/([{'\"\u2018\u201c"
_TITLE: Final = frozenset({"dr", "prof", "mr", "mrs", "ms", "herr", "frau", "sr", "sra", "mme", "mlle", "pan", "pani"})
_INSIDE: Final = re.compile(r"\s{2,}")
_MOST_WORDS: Final = 6


def left_of(text: str, kind: Kind) -> str | None:
    """The text itself when there is no narrative in it; else what is left, None for nothing worth keeping."""
    spans = narrative_in(text, kind)
    if not spans:
        return text
    parts, at = [], 0
    for span in spans:
        parts.append(text[at : span.start])
        at = span.end
    rest = _INSIDE.sub(" ", " ".join([*parts, text[at:]])).strip().strip(_EDGES)
    rest = _without_loose_particles(rest) if kind is Kind.NAME else rest
    return rest if rest and _plausible(rest, kind) else None


def _without_loose_particles(rest: str) -> str:
    """`Maria und`, `Maria di`: what only joined the name to what was cut."""
    words = rest.split()
    while words and folded(words[-1]) in PARTICLES:
        words.pop()
    return " ".join(words).rstrip(_EDGES)


def _plausible(rest: str, kind: Kind) -> bool:
    """Whether a rest is a name: a few words, no digits, more than a title. Elsewhere whatever is left may stay."""
    if kind is not Kind.NAME:
        return any(map(str.isalnum, rest))
    words = rest.split()
    if len(words) > _MOST_WORDS or any(map(str.isdigit, rest)):
        return False
    return any(folded(word).strip(".") not in _TITLE and any(map(str.isalpha, word)) for word in words)
