"""Match tokens: folded values under one pepper a kind, which routing does not have (privacy.md, "Duplicates")."""

from typing import Final

from contracts.tokens.facts import MatchToken
from contracts.vocabulary import TokenKind
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed_token
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.tokens import match_values

PURPOSES: Final = tuple(f"token:{kind}" for kind in TokenKind if kind is not TokenKind.OTHER)
"""The peppers a process of this service needs."""


def match_tokens(ring: KeyRing, contact: Contact) -> tuple[MatchToken, ...]:
    """The contact's tokens in a fixed order, so that whoever stores several locks them alike."""
    tokens = [(kind, keyed_token(ring, kind, value)) for kind, value in match_values(contact).items()]
    made = [MatchToken(kind=kind, key_version=keyed.version, value=keyed.digest.hex()) for kind, keyed in tokens]
    return tuple(sorted(made, key=lambda token: (token.kind, token.value)))
