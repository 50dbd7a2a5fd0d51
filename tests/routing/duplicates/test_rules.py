"""When two leads are of the same person: sentences."""

from uuid import UUID, uuid4

import pytest

from contracts.vocabulary import DuplicateCheck, Likeness, TokenKind
from services.routing.duplicates.rules.judging import Match, judge, matched
from services.routing.duplicates.rules.signature import Compared
from services.routing.duplicates.rules.weights import ENOUGH, confidence_of

ME, ONE, TWO = uuid4(), uuid4(), uuid4()
E, N, A, D, U = Likeness.EQUAL, Likeness.NEAR, Likeness.ALIKE, Likeness.DIFFERENT, Likeness.UNKNOWN
PHONE, EMAIL, NAMES = TokenKind.PHONE, TokenKind.EMAIL, TokenKind.NAMES
BORN, PLACE = TokenKind.INITIAL_BIRTH, TokenKind.NAME_PLACE


def judged(kinds: tuple[TokenKind, ...], *likeness: Likeness) -> DuplicateCheck:
    match = matched(ME, ONE, 1, kinds, Compared(*likeness) if likeness else None)
    return judge([match] if match else []).result


@pytest.mark.parametrize(
    ("sentence", "kinds", "likeness", "result"),
    [
        ("phone, names and birth year", (PHONE, NAMES), (E, E, A, U), DuplicateCheck.CONFIRMED),
        ("e-mail and a name one slip away", (EMAIL, NAMES), (E, N, U, U), DuplicateCheck.CONFIRMED),
        ("a phone and nothing else given by both", (PHONE,), (U, U, U, U), DuplicateCheck.CONFIRMED),
        ("a phone where nothing can be compared", (PHONE,), (), DuplicateCheck.CONFIRMED),
        ("moved to another postcode, kept the phone", (PHONE, NAMES), (E, E, E, D), DuplicateCheck.CONFIRMED),
        ("a couple with one phone", (PHONE,), (E, D, D, E), DuplicateCheck.SUSPECTED),
        ("twins with one phone and one birthday", (PHONE, BORN), (E, D, E, E), DuplicateCheck.SUSPECTED),
        ("father and son of one name and one phone", (PHONE, NAMES), (E, E, D, E), DuplicateCheck.SUSPECTED),
        ("a short form of a name, the same phone", (PHONE,), (E, D, A, U), DuplicateCheck.SUSPECTED),
        ("a phone that was given to a stranger", (PHONE,), (D, D, D, D), DuplicateCheck.CLEAR),
        ("names and birth date", (NAMES, BORN), (E, E, E, U), DuplicateCheck.SUSPECTED),
        ("married and moved: one name and the birth date", (BORN,), (E, D, E, U), DuplicateCheck.SUSPECTED),
        ("both names and the birth year", (NAMES,), (E, E, A, U), DuplicateCheck.SUSPECTED),
        ("both names and nothing else", (NAMES,), (E, E, U, U), DuplicateCheck.SUSPECTED),
        ("a common name with another birth date", (NAMES,), (E, E, D, U), DuplicateCheck.CLEAR),
        ("a common name in another town", (NAMES,), (E, E, U, D), DuplicateCheck.CLEAR),
        ("a couple without a phone", (PLACE,), (E, D, D, E), DuplicateCheck.CLEAR),
        ("a shared birthday and initial", (BORN,), (D, D, E, D), DuplicateCheck.CLEAR),
        ("weak tokens where nothing can be compared", (NAMES, BORN, PLACE), (), DuplicateCheck.CLEAR),
        ("the exact token of older facts", (TokenKind.NAME_BIRTH,), (), DuplicateCheck.SUSPECTED),
        ("a kind nobody knows asks", (TokenKind.OTHER,), (), DuplicateCheck.SUSPECTED),
    ],
)
def test_matching(
    sentence: str, kinds: tuple[TokenKind, ...], likeness: tuple[Likeness, ...], result: DuplicateCheck
) -> None:
    assert judged(kinds, *likeness) is result, sentence


def a_match(earlier: UUID, seq: int, *, sure: bool, confidence: int = 80) -> Match:
    return Match(ME, earlier, seq, (PHONE,), sure, confidence)


@pytest.mark.parametrize(
    ("sentence", "matches", "result", "earlier"),
    [
        ("nothing equal is clear", [], DuplicateCheck.CLEAR, None),
        (
            "the earliest sure one is the primary",
            [a_match(TWO, 5, sure=True, confidence=99), a_match(ONE, 2, sure=True)],
            DuplicateCheck.CONFIRMED,
            ONE,
        ),
        (
            "a sure one wins over an earlier question",
            [a_match(TWO, 1, sure=False, confidence=99), a_match(ONE, 9, sure=True)],
            DuplicateCheck.CONFIRMED,
            ONE,
        ),
        (
            "the likeliest is asked about",
            [a_match(TWO, 1, sure=False, confidence=70), a_match(ONE, 9, sure=False, confidence=90)],
            DuplicateCheck.SUSPECTED,
            ONE,
        ),
        (
            "of equals the earliest",
            [a_match(TWO, 8, sure=False), a_match(ONE, 3, sure=False)],
            DuplicateCheck.SUSPECTED,
            ONE,
        ),
    ],
)
def test_judging(sentence: str, matches: list[Match], result: DuplicateCheck, earlier: UUID | None) -> None:
    verdict = judge(matches)
    assert (verdict.result, verdict.by and verdict.by.earlier) == (result, earlier), sentence


def test_confidence_halves_the_doubt_with_every_bit() -> None:
    assert [confidence_of(ENOUGH + bits) for bits in (0, 1, 2, 3, 20)] == [50, 67, 80, 89, 100]
