"""A signature tells nearness and nothing else: one length for everybody, readable by routing, useless without the key.

What intake writes is read here by routing's own code: the layout is the contract between them. How near two spellings
are is asked of an edit distance, not of the code under test.
"""

from base64 import urlsafe_b64decode
from pathlib import Path
from typing import Final

import jellyfish
import pytest

from contracts.vocabulary import Likeness
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.storage.signature import signature_of
from services.routing.duplicates.rules.signature import Compared, NotASignature, Signature, compare

E, N, A, D, U = Likeness.EQUAL, Likeness.NEAR, Likeness.ALIKE, Likeness.DIFFERENT, Likeness.UNKNOWN
ADA: Final = {"given_name": "Ada", "family_name": "Wren", "birth": "1961-02-03", "postcode": "LM1 4QX"}


@pytest.fixture
def ring(tmp_path: Path) -> KeyRing:
    return KeyRing.open(tmp_path / "keys", create=True)


def compared(ring: KeyRing, one: dict[str, str], other: dict[str, str]) -> Compared | None:
    first, second = (Signature.read(signature_of(ring, Contact(**details))) for details in (one, other))
    return compare(first, second)


@pytest.mark.parametrize(
    ("sentence", "change", "likeness"),
    [
        ("the same", {}, (E, E, E, E)),
        ("written differently", {"given_name": "ADA", "postcode": "lm14qx"}, (E, E, E, E)),
        ("names exchanged", {"given_name": "Wren", "family_name": "Ada"}, (E, E, E, E)),
        ("a letter more", {"family_name": "Wrenn"}, (E, N, E, E)),
        ("two letters swapped", {"family_name": "Wrne"}, (E, N, E, E)),
        ("only the sound", {"family_name": "Renne"}, (E, D, E, E)),
        ("another name", {"family_name": "Oakes"}, (E, D, E, E)),
        ("day and month exchanged", {"birth": "1961-03-02"}, (E, E, N, E)),
        ("a slip in the year", {"birth": "1967-02-03"}, (E, E, N, E)),
        ("another day of that year", {"birth": "1961-11-28"}, (E, E, D, E)),
        ("only the year", {"birth": "1961"}, (E, E, A, E)),
        ("only another year", {"birth": "1962"}, (E, E, D, E)),
        ("no birth", {"birth": ""}, (E, E, U, E)),
        ("a neighbour", {"postcode": "LM1 4QY"}, (E, E, E, N)),
        ("another town", {"postcode": "NR2 7AA"}, (E, E, E, D)),
        ("no place", {"postcode": ""}, (E, E, E, U)),
        ("no family name", {"family_name": ""}, (E, U, E, E)),
        ("another name and no other", {"given_name": "Bram", "family_name": ""}, (D, U, E, E)),
    ],
)
def test_how_two_people_compare(
    ring: KeyRing, sentence: str, change: dict[str, str], likeness: tuple[Likeness, ...]
) -> None:
    found = compared(ring, ADA, {**ADA, **change})
    assert found is not None
    names = sorted((found.one_name, found.other_name)), sorted(likeness[:2])
    assert (names[0], found.birth, found.place) == (names[1], *likeness[2:]), sentence


NAMES = ("anna", "anne", "hannah", "johanna", "jon", "john", "joan", "smith", "smithe", "simth", "maximiliane",
         "maximilian", "oakes", "oaks", "li", "lei", "le")  # fmt: skip


def test_nearly_equal_is_one_edit_by_the_textbook(ring: KeyRing) -> None:
    signatures = {name: Signature.read(signature_of(ring, Contact(given_name=name))) for name in NAMES}
    for one in NAMES:
        for other in NAMES:
            found = compare(signatures[one], signatures[other])
            assert found is not None
            distance = jellyfish.damerau_levenshtein_distance(one, other)
            if distance <= 1:
                assert found.one_name is (E if distance == 0 else N), (one, other)
            elif distance > 2:
                assert found.one_name in (A, D), (one, other)


@pytest.mark.parametrize(
    "details",
    [{}, {"given_name": "Li"}, {"given_name": "Wolfeschlegelsteinhausen" * 5}, {"family_name": "aaaaaaaa"}, ADA,
     {"birth": "1999-11-11"}, {"postcode": "A1"}, {"postcode": "ABC DEF GH1"}],
)  # fmt: skip
def test_every_signature_is_as_long_as_every_other(ring: KeyRing, details: dict[str, str]) -> None:
    signature = signature_of(ring, Contact(**details))
    assert len(signature) == 252
    marks = Signature.read(signature)
    assert [len(one.variants) for one in (marks.given, marks.family, marks.birth, marks.place)] == [16, 16, 10, 10]


def test_nobody_without_the_key_makes_the_same_marks_and_a_rotated_key_does_not_compare(
    ring: KeyRing, tmp_path: Path
) -> None:
    mine = Signature.read(signature_of(ring, Contact(**ADA)))
    others = Signature.read(signature_of(KeyRing.open(tmp_path / "other", create=True), Contact(**ADA)))
    assert compare(mine, others) == Compared(D, D, D, D)
    ring.rotate("token:signature")
    again = Signature.read(signature_of(ring, Contact(**ADA)))
    assert (mine.key_version, again.key_version) == (1, 2)
    assert compare(mine, again) is None
    assert compare(mine, None) is None


def test_what_is_no_signature_is_refused(ring: KeyRing) -> None:
    good = signature_of(ring, Contact(**ADA))
    assert urlsafe_b64decode(good)[0] == 1
    for bad in ("", "AAAA", good[:-4], "C" + good[1:], "\u00e9" * 252):
        with pytest.raises(NotASignature):
            Signature.read(bad)
