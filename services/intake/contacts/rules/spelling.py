"""One spelling for what equal people spell differently: mailboxes, names in any script, postcodes.

Dots and plus-tags of an e-mail address are folded at every provider: two people whose addresses differ in nothing else
are rarer than one person who writes both ways, and a match is a link that a site can undo.
"""

import re
import unicodedata
from typing import Final

import jellyfish
from anyascii import anyascii

_WORD: Final = re.compile(r"[^\W_]+")

PARTICLES: Final = frozenset({
    "abu", "al", "ben", "bin", "bint", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "e",
    "el", "ibn", "la", "las", "le", "los", "of", "san", "st", "ten", "ter", "van", "von", "y", "zu",
})  # fmt: skip
"""Small words of names that one form has and the next one leaves out; a name made of nothing else keeps them."""

SOUND_LETTERS: Final = 6

_LONG_ZIP: Final = re.compile(r"([0-9]{5})-?[0-9]{4}")


def folded_email(address: str) -> str:
    """`Ines.Roy+trial@Mail.Example` and `inesroy@mail.example` are one."""
    local, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    plain = local.partition("+")[0].replace(".", "")
    return f"{plain or local}@{_dns(domain)}"


def folded_name(name: str) -> str:
    """Latin letters and digits only, without case, accents, spaces, hyphens and particles.

    `O'Neill` and `oneill`, `van der Berg` and `Berg`, `Müller` and `Muller`, `Иванова` and `Ivanova` are one.
    """
    words = [_latin(word) for word in _WORD.findall(name.replace("'", "").replace("\u2019", ""))]
    telling = [word for word in words if word and word not in PARTICLES]
    return "".join(telling or words)


def sound_of(folded: str) -> str:
    """How a folded name sounds (NYSIIS, Taft 1970), 6 letters at most; a name with other signs is its own sound."""
    return jellyfish.nysiis(folded)[:SOUND_LETTERS] if folded.isalpha() and folded.isascii() else folded


def folded_postcode(postcode: str) -> str:
    """Letters and digits; of a nine-digit ZIP code the first five."""
    zip_code = _LONG_ZIP.fullmatch(postcode.strip())
    return zip_code[1] if zip_code else "".join(letter for letter in postcode.upper() if letter.isalnum())


def _latin(word: str) -> str:
    """Accents fall away (`ü` is `u`, as most people type it); what is not Latin is transliterated."""
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", word).casefold())
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return "".join(letter for letter in anyascii(bare).lower() if letter.isalnum())


def _dns(domain: str) -> str:
    """The domain as DNS knows it (IDNA), so that both ways of writing it are one."""
    try:
        return domain.encode("idna").decode()
    except UnicodeError:
        return domain
