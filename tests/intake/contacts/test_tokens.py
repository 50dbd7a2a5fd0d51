"""Equal people give equal tokens, however they write themselves; nothing readable leaves (S7)."""

import hashlib
import hmac
from pathlib import Path

import pytest

from contracts.vocabulary import TokenKind
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.tokens import folded_email, folded_name, match_values
from services.intake.contacts.storage.tokens import match_tokens


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada.wren@mail.example", "AdaWren@MAIL.example"),
        ("ada.wren+trial@mail.example", "a.d.a.wren@mail.example"),
        ("ada@b\u00fccher.example", "ada@xn--bcher-kva.example"),
        ("STRASSE@mail.example", "stra\u00dfe@mail.example"),
    ],
)
def test_one_mailbox_however_it_is_written(one: str, other: str) -> None:
    assert folded_email(one) == folded_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ada@mail.example", "ada@post.example"),
        ("+a@mail.example", "+b@mail.example"),
        ("ad@m.example", "da@m.example"),
    ],
)
def test_two_mailboxes_stay_two(one: str, other: str) -> None:
    assert folded_email(one) != folded_email(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Neill", "oneill"),
        ("Jos\u00e9 Mar\u00eda", "JOSE MARIA"),
        ("Wrze\u015bniewska", "Wrzes\u0301niewska"),
        ("Anne-Marie", "anne marie"),
    ],
)
def test_one_name_however_it_is_written(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other) != ""


def kinds(**details: str) -> set[TokenKind]:
    return set(match_values(Contact(**details)))


def test_what_gives_a_token() -> None:
    assert kinds() == set()
    assert kinds(given_name="Ada", family_name="Wren", birth="1961") == set()
    assert kinds(given_name="Ada", birth="1961-02-03") == set()
    assert kinds(given_name="Ada", family_name="Wren", birth="1961-02-03") == {TokenKind.NAME_BIRTH}
    assert kinds(phone="+12125550143", email="a@mail.example") == {TokenKind.PHONE, TokenKind.EMAIL}


def test_given_and_family_name_do_not_run_together() -> None:
    one = match_values(Contact(given_name="Ann", family_name="Eliot", birth="1961-02-03"))
    other = match_values(Contact(given_name="Anne", family_name="Liot", birth="1961-02-03"))
    assert one != other


def test_an_extension_does_not_hide_a_number(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    plain, extended = Contact(phone="+12125550143"), Contact(phone="+12125550143;ext=7")
    assert match_tokens(ring, plain) == match_tokens(ring, extended)


def test_a_token_is_the_hmac_of_the_folded_value_under_its_kinds_own_key(tmp_path: Path) -> None:
    ring = KeyRing.open(tmp_path / "keys", create=True)
    (token,) = match_tokens(ring, Contact(phone="+12125550143"))
    secret = (tmp_path / "keys" / "pepper.token.phone.v1.key").read_bytes()
    assert token.value == hmac.new(secret, b"+12125550143", hashlib.sha256).hexdigest()
    assert (token.kind, token.key_version) == (TokenKind.PHONE, 1)
    other = KeyRing.open(tmp_path / "other", create=True)
    assert match_tokens(other, Contact(phone="+12125550143"))[0].value != token.value
