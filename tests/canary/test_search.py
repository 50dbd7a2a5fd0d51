"""The scan finds what it has to find: every writing of every word, and nothing in noise."""

import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable
from urllib.parse import quote

import pytest

from tests.canary.people import WORDS, Canaries
from tests.canary.search import SHORTEST, hits_in, needles_of

WRITINGS: dict[str, Callable[[str], bytes]] = {
    "plain": str.encode,
    "lower case": lambda text: text.lower().encode(),
    "upper case": lambda text: text.upper().encode(),
    "json": lambda text: json.dumps({"name": text}).encode(),
    "url": lambda text: quote(f"/find?q={text}").encode(),
    "hex": lambda text: text.encode().hex().encode(),
    "upper hex": lambda text: text.encode().hex().upper().encode(),
    "utf-16 le": lambda text: text.encode("utf-16-le"),
    "utf-16 be": lambda text: text.encode("utf-16-be"),
    "base64 at 0": lambda text: b64encode(f"{text}, there".encode()),
    "base64 at 1": lambda text: b64encode(f"a{text}, there".encode()),
    "base64 at 2": lambda text: b64encode(f"ab{text}, there".encode()),
    "base64url": lambda text: urlsafe_b64encode(f"\xff\xfe?{text}".encode()),
}


def _noise(length: int, seed: int) -> bytes:
    return random.Random(seed).randbytes(length)


@pytest.mark.parametrize("writing", WRITINGS)
@pytest.mark.parametrize("name", WORDS)
def test_every_word_is_found_in_every_writing(name: str, writing: str) -> None:
    text = WRITINGS[writing](WORDS[name])
    hidden = _noise(4096, 1) + text + _noise(4096, 2)
    found = hits_in([_noise(100, 3), hidden], needles_of({name: WORDS[name]}))
    assert {(hit.name, hit.piece) for hit in found} == {(name, 1)}


def test_noise_holds_nothing() -> None:
    needles = needles_of(WORDS)
    assert min(len(needle.bytes) for needle in needles) >= SHORTEST
    assert hits_in([_noise(1 << 20, seed) for seed in range(4)], needles) == []


def test_each_detail_of_a_planted_person_holds_a_word() -> None:
    planted = [Canaries().next(), Canaries().next()]
    details = [*planted[0].person.values(), planted[0].external_id, planted[0].basis["reference"]]
    silent = [detail for detail in details if not hits_in([detail.encode()], needles_of(WORDS))]
    assert silent == ["en"]


def test_canaries_are_all_different() -> None:
    canaries = Canaries()
    people = [canaries.next() for _ in range(50)]
    for field in ("given_name", "family_name", "phone", "email", "postcode"):
        assert len({canary.person[field] for canary in people}) == 50
