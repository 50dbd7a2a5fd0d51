"""Match tokens; the values are those of nobody."""

from hashlib import sha256
from typing import Final

from contracts.examples.said import LEAD, said
from contracts.tokens.facts import MatchToken, MatchTokens
from contracts.vocabulary import TokenKind

_KINDS = (TokenKind.PHONE, TokenKind.EMAIL, TokenKind.NAME_BIRTH)

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
                for kind in _KINDS
            ),
        ),
        actor="partner:openhand",
        caused=False,
    ),
)
