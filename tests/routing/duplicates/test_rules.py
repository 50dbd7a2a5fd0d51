"""When two leads are of the same person: sentences."""

from uuid import UUID, uuid4

import pytest

from contracts.vocabulary import DuplicateCheck, TokenKind
from services.routing.duplicates.rules import Match, judge

ME, ONE, TWO = uuid4(), uuid4(), uuid4()


def a_match(earlier: UUID, seq: int, *kinds: TokenKind) -> Match:
    return Match(ME, earlier, seq, kinds)


@pytest.mark.parametrize(
    ("sentence", "matches", "result", "earlier"),
    [
        ("nothing equal is clear", [], DuplicateCheck.CLEAR, None),
        ("an equal phone confirms", [a_match(ONE, 1, TokenKind.PHONE)], DuplicateCheck.CONFIRMED, ONE),
        ("an equal e-mail confirms", [a_match(ONE, 1, TokenKind.EMAIL)], DuplicateCheck.CONFIRMED, ONE),
        ("name and birth date ask", [a_match(ONE, 1, TokenKind.NAME_BIRTH)], DuplicateCheck.SUSPECTED, ONE),
        (
            "the earliest strong one is the primary",
            [a_match(TWO, 5, TokenKind.PHONE), a_match(ONE, 2, TokenKind.EMAIL)],
            DuplicateCheck.CONFIRMED,
            ONE,
        ),
        (
            "a strong one wins over an earlier weak one",
            [a_match(TWO, 1, TokenKind.NAME_BIRTH), a_match(ONE, 9, TokenKind.PHONE)],
            DuplicateCheck.CONFIRMED,
            ONE,
        ),
        ("a kind nobody knows asks", [a_match(ONE, 1, TokenKind.OTHER)], DuplicateCheck.SUSPECTED, ONE),
    ],
)
def test_judging(sentence: str, matches: list[Match], result: DuplicateCheck, earlier: UUID | None) -> None:
    verdict = judge(matches)
    assert (verdict.result, verdict.earlier) == (result, earlier), sentence
