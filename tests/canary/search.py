"""Looks for words in bytes, in every writing a careless program might have left them in. Pure."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, quote_plus

SHORTEST: Final = 7
"""Bytes of the shortest needle: anything shorter turns up by chance in a hundred megabytes."""

_ALIGNMENTS: Final = (0, 1, 2)


@dataclass(frozen=True, slots=True)
class Needle:
    """One writing of one word. `folded`: its case does not matter."""

    name: str
    writing: str
    bytes: bytes
    folded: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a word was found: what kind of detail, how written, at which byte of which piece."""

    name: str
    writing: str
    piece: int
    offset: int


def needles_of(words: Mapping[str, str]) -> tuple[Needle, ...]:
    """Every writing of every word: plain, JSON, URL, hex, UTF-16 of both orders, base64 at all three alignments."""
    found: dict[tuple[bytes, bool], Needle] = {}
    for name, word in words.items():
        for writing, text, folded in _writings(word):
            needle = text.lower() if folded else text
            if len(needle) >= SHORTEST:
                found.setdefault((needle, folded), Needle(name, writing, needle, folded))
    return tuple(found.values())


def hits_in(pieces: Iterable[bytes], needles: Iterable[Needle]) -> list[Hit]:
    """Every needle that is in one of these pieces, once a piece. Case does not matter where it carries no meaning."""
    wanted = tuple(needles)
    hits = []
    for number, piece in enumerate(pieces):
        lowered = piece.lower()
        for needle in wanted:
            offset = (lowered if needle.folded else piece).find(needle.bytes)
            if offset >= 0:
                hits.append(Hit(needle.name, needle.writing, number, offset))
    return hits


def _writings(word: str) -> Iterable[tuple[str, bytes, bool]]:
    plain = word.encode()
    for form in {plain, word.casefold().encode()}:
        yield "plain", form, True
        yield "hex", form.hex().encode(), True
    yield "upper hex", word.upper().encode().hex().encode(), True
    yield "json", json.dumps(word)[1:-1].encode(), True
    yield "url", quote(word, safe="").encode(), True
    yield "form", quote_plus(word).encode(), True
    yield "url, every byte", "".join(f"%{byte:02x}" for byte in plain).encode(), True
    for order in ("utf-16-le", "utf-16-be"):
        yield order, word.encode(order), True
    for form in {plain, word.casefold().encode(), word.upper().encode()}:
        for alignment in _ALIGNMENTS:
            yield f"base64 + {alignment}", _base64_core(form, alignment, b64encode), False
            yield f"base64url + {alignment}", _base64_core(form, alignment, urlsafe_b64encode), False


def _base64_core(word: bytes, alignment: int, encode: Callable[[bytes], bytes]) -> bytes:
    """The characters that depend on this word alone when `alignment` other bytes stand before it."""
    written = encode(b"\0" * alignment + word)
    first = -(-alignment * 8 // 6)
    last = (alignment + len(word)) * 8 // 6
    return written[first:last]
