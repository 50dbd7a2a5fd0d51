"""Equal people give equal tokens, however they write themselves; nothing readable leaves (S7)."""

import hashlib
import hmac
from pathlib import Path

import pytest

from contracts.vocabulary import TokenKind
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.tokens import KINDS, match_values
from services.intake.contacts.storage.tokens import match_tokens

NAMED = {"given_name": "Ada", "family_name": "Wren"}


def kinds(**details: str) -> dict[TokenKind, int]:
    """How many of each."""
    found = [kind for kind, _ in match_values(Contact(**details))]
    return {kind: found.count(kind) for kind in found}


@pytest.mark.parametrize(
    ("sentence", "details", "expected"),
    [
        ("nothing", {}, {}),
        ("one name alone finds too many", {"given_name": "Ada"}, {}),
        ("two names and a year", {**NAMED, "birth": "1961"}, {TokenKind.NAMES: 2}),
        ("one name and a birth date", {"given_name": "Ada", "birth": "1961-02-03"}, {TokenKind.INITIAL_BIRTH: 1}),
        ("a phone and a mailbox", {"phone": "+12125550143", "email": "a@mail.example"},
         {TokenKind.PHONE: 1, TokenKind.EMAIL: 1}),
        ("a place alone finds too many", {"postcode": "LM1 4QX"}, {}),
        ("everything", {**NAMED, "birth": "1961-02-03", "postcode": "LM1 4QX", "phone": "+12125550143",
                        "email": "a@mail.example"},
         {TokenKind.PHONE: 1, TokenKind.EMAIL: 1, TokenKind.NAMES: 2, TokenKind.NAME_PLACE: 2,
          TokenKind.INITIAL_BIRTH: 2, TokenKind.BIRTH_PLACE: 1}),
    ],
)  # fmt: skip
def test_what_gives_a_token(sentence: str, details: dict[str, str], expected: dict[TokenKind, int]) -> None:
    assert kinds(**details) == expected, sentence
    assert set(expected) <= set(KINDS)


BORN = {"birth": "1961-02-03", "postcode": "LM1 4QX"}


@pytest.mark.parametrize(
    ("sentence", "one", "other"),
    [
        ("names in the other order", {**NAMED}, {"given_name": "Wren", "family_name": "Ada"}),
        ("a slip in one name", {**NAMED, **BORN}, {**NAMED, **BORN, "family_name": "Warn"}),
        ("another family name, the same birthday", {**NAMED, **BORN}, {**NAMED, **BORN, "family_name": "Roy"}),
        ("moved", {**NAMED, **BORN}, {**NAMED, **BORN, "postcode": "NR2 7AA"}),
        ("a birthday a slip away", {**NAMED, **BORN}, {**NAMED, **BORN, "birth": "1961-02-08"}),
        ("one form without the birthday", {**NAMED, **BORN}, {**NAMED, "postcode": "lm1-4qx"}),
        ("an extension of the phone", {"phone": "+12125550143"}, {"phone": "+12125550143;ext=7"}),
        ("a long ZIP code", {**NAMED, "postcode": "55401-1234"}, {"given_name": "Adam", "postcode": "55401"}),
    ],
)  # fmt: skip
def test_one_person_has_a_token_in_common(sentence: str, one: dict[str, str], other: dict[str, str]) -> None:
    assert match_values(Contact(**one)) & match_values(Contact(**other)), sentence


def test_two_people_of_one_town_have_none() -> None:
    one = match_values(Contact("Ada", "Wren", "1961-02-03", "+12125550143", "ada@mail.example", "LM1 4QX"))
    other = match_values(Contact("Bram", "Kok", "1944-12-30", "+12125550144", "bram@mail.example", "LM1 4QX"))
    assert not one & other


def test_a_token_is_the_hmac_of_the_folded_value_under_its_kinds_own_key(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    (token,) = match_tokens(ring, Contact(phone="+12125550143"))
    secret = (tmp_path / "keys" / "pepper.token.phone.v1.key").read_bytes()
    assert token.value == hmac.new(secret, b"+12125550143", hashlib.sha256).hexdigest()
    assert (token.kind, token.key_version) == (TokenKind.PHONE, 1)
    other = KeyRing.open(tmp_path / "other", create=True)
    assert match_tokens(other, Contact(phone="+12125550143"))[0].value != token.value


def test_tokens_stand_in_one_order_and_a_rotated_key_makes_others(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    whole = Contact("Ada", "Wren", "1961-02-03", "+12125550143", "ada@mail.example", "LM1 4QX")
    before = match_tokens(ring, whole)
    assert [(token.kind, token.value) for token in before] == sorted((token.kind, token.value) for token in before)
    ring.rotate("token:phone")
    changed = set(match_tokens(ring, whole)) ^ set(before)
    assert {(token.kind, token.key_version) for token in changed} == {(TokenKind.PHONE, 1), (TokenKind.PHONE, 2)}
