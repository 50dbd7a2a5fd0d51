"""Match tokens; the values are those of nobody."""

from hashlib import sha256
from typing import Final

from contracts.examples.said import LEAD, said
from contracts.tokens.facts import MatchToken, MatchTokens
from contracts.vocabulary import TokenKind

_FIRST_KINDS = (TokenKind.PHONE, TokenKind.EMAIL, TokenKind.NAME_BIRTH)
_KINDS = (
    TokenKind.BIRTH_PLACE,
    TokenKind.EMAIL,
    TokenKind.INITIAL_BIRTH,
    TokenKind.INITIAL_BIRTH,
    TokenKind.NAME_PLACE,
    TokenKind.NAME_PLACE,
    TokenKind.NAMES,
    TokenKind.PHONE,
)

TOKEN_EXAMPLES: Final = (
    said(
        "three-tokens",
        MatchTokens(
            lead=LEAD,
            study="alder",
            site="eastmere",
            partner="openhand",
            tokens=tuple(
                MatchToken(kind=kind, key_version=1, value=sha256(f"nobody's {kind}".encode()).hexdigest())
                for kind in _FIRST_KINDS
            ),
        ),
        actor="partner:openhand",
        caused=False,
    ),
    said(
        "eight-tokens-and-a-signature",
        MatchTokens(
            lead=LEAD,
            study="alder",
            site="eastmere",
            partner="openhand",
            tokens=tuple(
                MatchToken(kind=kind, key_version=2, value=sha256(f"nobody's {n} {kind}".encode()).hexdigest())
                for n, kind in enumerate(_KINDS)
            ),
            signature="AQAC" + "bm9i" * 61 + "bm8=",
        ),
        actor="partner:openhand",
        caused=False,
        version=2,
    ),
)
