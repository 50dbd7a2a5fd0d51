"""All languages' words in one look-up: a word or two words side by side to the sign they are."""

import re
import unicodedata
from functools import cache
from typing import Final

from services.intake.narrative.rules.signs import WEIGHTS, Sign
from services.intake.narrative.rules.words import (
    dutch,
    english,
    french,
    german,
    italian,
    medicines,
    particles,
    polish,
    portuguese,
    spanish,
)

LANGUAGES: Final = (english, german, french, spanish, italian, portuguese, dutch, polish)

PARTICLES: Final = frozenset(particles.WORDS.split())
"""Words of a name that are written small; a sign all the same where a language says so."""

_STEM: Final = 4
_LETTERS: Final = re.compile(r"[^\W\d_]+")
_PLAIN: Final = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe"})


class Vocabulary:
    """Whole words by themselves, the rest by the first letters or the ending."""

    def __init__(self) -> None:
        self.words: dict[str, Sign] = {}
        self.capitals: set[str] = set()
        """abbreviations: a sign only where they are written large"""
        self.pairs: dict[str, dict[str, Sign]] = {}
        self.stems: dict[str, list[tuple[str, Sign]]] = {}
        for language in (*LANGUAGES, medicines):
            for sign, words in language.WORDS.items():
                for word in words.split():
                    self._add(folded(word), sign)
        self.endings = {folded(ending) for ending in medicines.ENDINGS}
        self.lengths = sorted({len(ending) for ending in self.endings})
        self._first = frozenset(self.words) | self.capitals | self.pairs.keys()
        self._last = frozenset(ending[-_STEM:] for ending in self.endings)

    def may_hold(self, text: str) -> bool:
        """Whether any word of a folded text could be a sign; most values of a field end here."""
        first, stems, last = self._first, self.stems, self._last
        return any(word in first or word[:_STEM] in stems or word[-_STEM:] in last for word in _LETTERS.findall(text))

    def sign_of(self, word: str) -> Sign | None:
        """The sign a folded word is, however it is written."""
        if (sign := self.words.get(word)) is not None:
            return sign
        if (stems := self.stems.get(word[:_STEM])) is not None:
            for stem, sign in stems:
                if word.startswith(stem):
                    return sign
        if len(word) >= medicines.SHORTEST and any(word[-n:] in self.endings for n in self.lengths):
            return Sign.MEDICINE
        return None

    def _add(self, word: str, sign: Sign) -> None:
        first, _, second = word.partition("_")
        if second:
            self.pairs.setdefault(first, {})[second] = sign
        elif sign is Sign.ABBREVIATION:
            self.capitals.add(word)
        elif word.endswith("*"):
            if len(stem := word[:-1]) < _STEM:
                raise ValueError(f"a stem has at least {_STEM} letters")
            self.stems.setdefault(stem[:_STEM], []).append((stem, sign))
        else:
            self.words[word] = _weaker(sign, self.words.get(word))


@cache
def vocabulary() -> Vocabulary:
    """Made once, when it is first needed."""
    return Vocabulary()


def folded(word: str) -> str:
    """Lower case, without accents and apostrophes."""
    small = word.casefold()
    if small.isascii():
        return small
    apart = unicodedata.normalize("NFKD", small.translate(_PLAIN))
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _weaker(sign: Sign, known: Sign | None) -> Sign:
    """One word in two languages: a usual name stays one, else the weaker reading, so that nobody's name is cut."""
    if known is None:
        return sign
    return min(sign, known, key=lambda one: (one is not Sign.NAMESAKE, WEIGHTS[one].each))
