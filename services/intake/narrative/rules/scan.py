"""A text, read once: every sign that stands in it."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.intake.narrative.rules.personal import personal_in
from services.intake.narrative.rules.signs import PLAIN_HEALTH, Found, Sign
from services.intake.narrative.rules.vocabulary import PARTICLES, Vocabulary, folded, vocabulary

_WORD: Final = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)*")
_WORD_APART: Final = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+(?:['\u2019](?:[^\W\d_][\u0300-\u036f]*)+)*")
"""The same where an accent stands behind its letter (NFD)."""

_ALSO_PARTICLES: Final = frozenset({Sign.LINK, Sign.NAMESAKE})
"""`dos` is a back in French and stands in half of all Portuguese names."""

_APOSTROPHE: Final = re.compile(r"['\u2019]")
_BEFORE_A_NUMBER: Final = re.compile(
    r"(?i)\b(?:type|typ|tipo|typu|stage|stadium|stadio|stade|grade) ?(?:[1-4]|iv|i{1,3})\b"
)
_DOSE: Final = re.compile(
    r"(?i)(?<![\w.,])[0-9]+(?:[.,/][0-9]+)* ?(?:mg|mcg|µg|μg|ml|mmol|mmhg|milligram\w*|mg/dl|puffs|hub|kapseln|tabs)\b"
)
_UNITS: Final = re.compile(
    r"(?<![\w.,])[0-9]{1,3} (?:IU|IE|UI|units|Einheiten|unità|unidades|unités|jednostek|eenheden)\b"
)
_LAB: Final = re.compile(r"(?i)\b(?:HbA1c|[e]?GFR|CD4|LDL|HDL|TSH|PSA|CRP|INR|BMI)\W{0,3}[0-9]")
_READING: Final = re.compile(r"(?<![\w/-])[0-9]{2,3}/[0-9]{2,3}(?![\w/-])")
_YEAR: Final = re.compile(r"(?<![\w-])(?:19|20)[0-9]{2}(?![\w-])")
_SO_LONG: Final = re.compile(
    r"(?i)\b[0-9]{1,2} (?:years?|months|weeks|jahren?|wochen|ans|mois|años|meses|anni|mesi|anos|jaar|lat|roku)\b"
)
_STOP: Final = re.compile(r"[;!?]|\b[^\W\d_][^\W\d_]{2,}\.\s+\w")
_SOME_DIGIT: Final = re.compile(r"[0-9]")
_MANY_DIGITS: Final = re.compile(r"(?:[0-9][^0-9]{0,4}){6}")
_SMALL: Final = (2, 4)
"""From so many words written small it weighs one, two."""
_SHORT: Final = 2
"""Letters of a verb that is too short to tell anything when it is written large."""
_LONG: Final = (7, 10)
"""From so many words it weighs one, two."""


class _Word(NamedTuple):
    text: str
    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class _Writing:
    """How a text uses capitals."""

    mixed: bool
    """some words large, some small: then small ones tell"""
    shouted: bool
    """capitals only: then they tell nothing"""


def may_speak(text: str, *, words_only: bool) -> bool:
    """Whether a text may have signs of health or of a person at all: a first look, for almost every value the last."""
    small = text.lower() if text.isascii() else folded(text)
    if vocabulary().may_hold(small):
        return True
    if words_only:
        return False
    return "@" in small or bool(_SOME_DIGIT.search(small) and (_MANY_DIGITS.search(small) or _DOSE.search(small)))


def signs_in(text: str) -> list[Found]:
    """Every sign in a text, in no order."""
    words = _words(text)
    writing = _Writing(
        mixed=any(one.text[0].islower() for one in words) and any(one.text[0].isupper() for one in words),
        shouted=text.isupper(),
    )
    found = _spoken(words, writing, vocabulary())
    found += _shaped(text, words, writing)
    if _SOME_DIGIT.search(text):
        found += _counted(text)
    return [*found, *personal_in(text)]


def _words(text: str) -> list[_Word]:
    pattern = _WORD if text.isascii() or unicodedata.is_normalized("NFC", text) else _WORD_APART
    return [_Word(m[0], m.start(), m.end(), folded(m[0])) for m in pattern.finditer(text)]


def _spoken(words: list[_Word], writing: _Writing, known: Vocabulary) -> list[Found]:
    """Signs that are words."""
    found: list[Found] = []
    for n, word in enumerate(words):
        if n + 1 < len(words) and (pairs := known.pairs.get(word.folded)):
            after = words[n + 1]
            if (sign := pairs.get(after.folded)) is not None and not _of_a_family(word, after):
                found.append(Found(sign, word.start, after.end))
        if (sign := _sign_of(word, writing, known)) is not None:
            found.append(Found(sign, word.start, word.end))
            if sign in PLAIN_HEALTH and writing.mixed and word.text[0].islower():
                found.append(Found(Sign.PROSE, word.start, word.end))
    return found


def _of_a_family(word: _Word, after: _Word) -> bool:
    """`Dolores de` of Dolores de la Fuente, where `dolores de cabeza` is a headache."""
    return word.text[0].isupper() and after.folded in PARTICLES


def _sign_of(word: _Word, writing: _Writing, known: Vocabulary) -> Sign | None:
    """A verb written large may be a name; an abbreviation is one where it is written large and not everything is."""
    if word.folded in known.capitals and len(word.text) > 1 and word.text[-1].isupper() and not writing.shouted:
        return Sign.ABBREVIATION
    sign, small = _heard(word.folded, known), word.text[0].islower()
    if sign is Sign.TELLING and not small:
        return Sign.LINK if len(word.text) > _SHORT else None
    if sign in _ALSO_PARTICLES and word.folded in PARTICLES:
        return None
    if sign is Sign.LINK and not (small or writing.shouted):
        return None
    return sign


def _heard(word: str, known: Vocabulary) -> Sign | None:
    if "'" not in word and "\u2019" not in word:
        return known.sign_of(word)
    parts = _APOSTROPHE.split(word)
    for form in ("".join(parts), *parts):  # parkinson's, can't; l'hypertension, d'une
        if (sign := known.sign_of(form)) is not None:
            return sign
    return None


def _shaped(text: str, words: list[_Word], writing: _Writing) -> list[Found]:
    """Signs that are the shape of the whole."""
    found: list[Found] = []
    if writing.mixed:
        small = [one for one in words if one.text[0].islower() and one.folded not in PARTICLES]
        found += [Found(Sign.PROSE, small[0].start, small[-1].end) for least in _SMALL if len(small) >= least]
    count = text.count(" ") + 1
    found += [Found(Sign.LONG, len(text), len(text)) for least in _LONG if count >= least]
    if (stop := _STOP.search(text)) and (writing.mixed or count > 2):
        found.append(Found(Sign.STOP, stop.end(), stop.end()))
    return found


def _counted(text: str) -> list[Found]:
    """Signs that are numbers."""
    shapes = (
        (Sign.DOSE, _DOSE),
        (Sign.DOSE, _LAB),
        (Sign.SYMPTOM, _UNITS),
        (Sign.CARE, _BEFORE_A_NUMBER),
        (Sign.READING, _READING),
        (Sign.TIME, _YEAR),
        (Sign.TIME, _SO_LONG),
    )
    return [Found(sign, *match.span()) for sign, shape in shapes for match in shape.finditer(text)]
