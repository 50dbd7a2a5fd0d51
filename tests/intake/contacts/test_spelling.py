"""Equal people spell themselves differently: one spelling of each, and two people stay two."""

import pytest

from services.intake.contacts.rules.spelling import folded_email, folded_name, folded_postcode, sound_of


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
        ("D\u2019Angelo", "D'Angelo"),
        ("Jos\u00e9 Mar\u00eda", "JOSE MARIA"),
        ("Wrze\u015bniewska", "Wrzes\u0301niewska"),
        ("Anne-Marie", "anne marie"),
        ("M\u00fcller", "Muller"),
        ("van der Berg", "Berg"),
        ("de la Cruz", "Cruz"),
        ("\u0418\u0432\u0430\u043d\u043e\u0432\u0430", "Ivanova"),
        ("\u0141ukasz", "Lukasz"),
        ("S\u00f8ren", "Soren"),
        ("Stra\u00dfer", "Strasser"),
    ],
)
def test_one_name_however_it_is_written(one: str, other: str) -> None:
    assert folded_name(one) == folded_name(other) != ""


@pytest.mark.parametrize("name", ["Ben", "De", "Von der", "\u674e", "\u0645\u062d\u0645\u062f", "X"])
def test_a_short_or_foreign_name_is_not_folded_away(name: str) -> None:
    assert folded_name(name)


@pytest.mark.parametrize(("one", "other"), [("stephen", "stefen"), ("muller", "mueller"), ("catherine", "katherine")])
def test_names_that_sound_alike(one: str, other: str) -> None:
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize(
    ("one", "other"), [("LM1 4QX", "lm14qx"), ("55401-1234", "55401"), ("55401", " 55401 "), ("1012 AB", "1012ab")]
)
def test_one_postcode_however_it_is_written(one: str, other: str) -> None:
    assert folded_postcode(one) == folded_postcode(other)


def test_a_postcode_that_only_looks_long_keeps_all_of_itself() -> None:
    assert folded_postcode("554011234X") == "554011234X"
    assert folded_postcode("55401-123") == "55401123"
