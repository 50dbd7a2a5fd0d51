"""Match tokens: folded values under one pepper a kind, which routing does not have (privacy.md, "Duplicates")."""

from typing import Final

from contracts.tokens.facts import MatchToken
from contracts.vocabulary import TokenKind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed_token
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.tokens import KINDS, match_values
from services.intake.contacts.storage.signature import PURPOSE as SIGNATURE

PURPOSES: Final = (*(f"token:{kind}" for kind in KINDS), SIGNATURE)
"""The peppers a process of this service needs."""


def match_tokens(ring: KeyRing, contact: Contact) -> tuple[MatchToken, ...]:
    """The contact's tokens in a fixed order, so that whoever stores several locks them alike."""
    made = [_token(ring, kind, value) for kind, value in match_values(contact)]
    return tuple(sorted(made, key=lambda token: (token.kind, token.value)))


def _token(ring: KeyRing, kind: TokenKind, value: str) -> MatchToken:
    keyed = keyed_token(ring, kind, value)
    return MatchToken(kind=kind, key_version=keyed.version, value=keyed.digest.hex())
