"""What is left of a value, and what is found in it."""

from itertools import pairwise

import pytest

from services.intake.narrative.rules.cut import left_of
from services.intake.narrative.rules.judge import Kind, narrative_in
from services.intake.narrative.rules.signs import PERSONAL, WEIGHTS, Found, Sign, weigh
from services.intake.narrative.rules.vocabulary import LANGUAGES, PARTICLES, Vocabulary, folded, vocabulary

LEFT: list[tuple[Kind, str, str | None]] = [
    (Kind.NAME, "Maria has had a tremor", "Maria"),
    (Kind.NAME, "Maria has had a tremor since 2019, takes levodopa", "Maria"),
    (Kind.NAME, "Anna-Maria (ALS seit 2019)", "Anna-Maria"),
    (Kind.NAME, "Dr. Jean-Luc van der Berg, diabète depuis 2010", "Dr. Jean-Luc van der Berg"),
    (Kind.NAME, "Jose\u0301, enfermo de Parkinson", "Jose\u0301"),
    (Kind.NAME, "Maria Pain", "Maria Pain"),
    (Kind.NAME, "has had a tremor", None),
    (Kind.NAME, "Dr. has had a tremor", None),
    (Kind.NAME, "levodopa 100 mg", None),
    (Kind.NAME, "12 tremor since 2019", None),
    (Kind.NAME, "Maria und Diabetes", "Maria"),
    (Kind.NAME, "Maria 212-555-0143", "Maria"),
    (Kind.NAME, "Maria 212-45-6789", "Maria"),
    (Kind.NAME, "Maria maria@mail.example", "Maria"),
    (Kind.NAME, "Maria maria (at) mail (dot) example", "Maria"),
    (
        Kind.ADDRESS,
        "12 High Street, has Parkinson's, takes levodopa 100 mg, Springfield",
        "12 High Street, Springfield",
    ),
    (Kind.ADDRESS, "form 77, call 212-555-0143", "form 77, call"),
    (Kind.ADDRESS, "form 77, AB 12 34 56 C", "form 77"),
    (Kind.ADDRESS, "form 77, RSSMRA61B03H501Z", "form 77"),
    (Kind.ADDRESS, "form 77, 12345678Z", "form 77"),
    (Kind.ADDRESS, "form 77, 1 61 02 75 123 456 78", "form 77"),
    (Kind.ADDRESS, "form 77, 123.456.789-09", "form 77"),
    (Kind.ADDRESS, "form 77, +49 30 1234567", "form 77"),
    (Kind.ADDRESS, "form 77, 030 123 45 67", "form 77"),
    (Kind.ADDRESS, "AGR-2024-0001234", "AGR-2024-0001234"),
    (Kind.ADDRESS, "2026-03-01/0017", "2026-03-01/0017"),
    (Kind.ADDRESS, "diabetes, insulin, epilepsy", None),
    (Kind.PHONE, "+1 212 555 0143", "+1 212 555 0143"),
    (Kind.PHONE, "+1 212 555 0143 ext. 77", "+1 212 555 0143 ext. 77"),
    (Kind.PHONE, "+1 212 555 0143, has diabetes", "+1 212 555 0143"),
    (Kind.ID, "maria-has-parkinsons-since-2019", None),
    (Kind.ID, "OH-212-555-0143", "OH-212-555-0143"),
    (Kind.NOTE, "Call after 5 pm. Has diabetes.", "Call after 5 pm"),
]


@pytest.mark.parametrize(("kind", "text", "left"), LEFT, ids=[f"{kind}: {text}" for kind, text, _ in LEFT])
def test_what_is_left(kind: Kind, text: str, left: str | None) -> None:
    assert left_of(text, kind) == left
    assert left is None or left_of(left, kind) == left  # nothing is left to be cut


@pytest.mark.parametrize("text", [text for kind, text, left in LEFT if left != text])
def test_spans_lie_in_the_text_in_order_and_say_why(text: str) -> None:
    for kind in Kind:
        spans = narrative_in(text, kind)
        assert all(0 <= span.start < span.end <= len(text) and span.signs for span in spans)
        assert all(one.end <= after.start for one, after in pairwise(spans))


def test_a_long_text_of_odd_characters_is_judged_too() -> None:
    for text in ("", " ", "\u200f" * 80, "." * 280, "9" * 280, "(" * 280, "a" * 280, "\U0001f600" * 80, "İ" * 80):
        for kind in Kind:
            assert narrative_in(text, kind) in ((), narrative_in(text, kind))


def test_every_sign_says_why_it_weighs_what_it_does() -> None:
    assert WEIGHTS.keys() == set(Sign)
    assert all(len(weight.why) > 10 and 0 < weight.each <= weight.most for weight in WEIGHTS.values())


def test_no_sign_weighs_more_than_its_most_and_a_namesake_is_never_enough() -> None:
    assert weigh([Found(Sign.NAMESAKE, n, n + 1) for n in range(9)]) == 2
    assert weigh([Found(Sign.LINK, 0, 1), Found(Sign.ILLNESS, 1, 2)], frozenset({Sign.ILLNESS})) == 3


def test_every_language_has_words_of_every_kind_and_no_particle_among_the_strong_ones() -> None:
    spoken = {sign for sign in Sign if sign not in PERSONAL} - {
        Sign.MEDICINE, Sign.DOSE, Sign.READING, Sign.TIME, Sign.PROSE, Sign.LONG, Sign.STOP,
    }  # fmt: skip
    assert all(language.WORDS.keys() == spoken for language in LANGUAGES)
    known = vocabulary()
    assert {word: known.words[word] for word in PARTICLES & known.words.keys()}.keys() == {
        word for word in PARTICLES if known.words.get(word) in (Sign.LINK, Sign.NAMESAKE)
    }


def test_a_word_of_two_languages_weighs_what_it_weighs_least() -> None:
    known = Vocabulary()
    assert (known.sign_of("cancer"), known.sign_of("diabetes"), known.sign_of("toma")) == (
        Sign.NAMESAKE, Sign.ILLNESS, Sign.TELLING,
    )  # fmt: skip
    assert [known.sign_of(word) for word in ("wahab", "april", "karpam", "rituximab", "simvastatin")] == [
        None, None, None, Sign.MEDICINE, Sign.MEDICINE,
    ]  # fmt: skip


def test_words_are_compared_without_accents_and_case() -> None:
    assert [folded(word) for word in ("Übelkeit", "BÓL", "łuszczyca", "Œdème", "İ")] == [
        "ubelkeit", "bol", "luszczyca", "oedeme", "i",
    ]  # fmt: skip
