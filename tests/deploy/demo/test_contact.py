"""Contacts are nobody's: numbers for fiction, one of each person's own, kept by duplicates as often as is said."""

import random

import phonenumbers
import pytest

from deploy.demo.contact import KEEPS_MAIL, KEEPS_PHONE, contacts_of, phone_number, written
from deploy.demo.people import Person
from services.intake.contacts.rules.contact import e164, plain_email
from services.intake.contacts.rules.spelling import folded_email
from tests.deploy.demo.builders import CONTACT, a_person


@pytest.mark.parametrize("country", ["US", "GB", "AU", "FR", "DE", "IE", "PL"])
def test_numbers_are_possible_ones_and_differ(country: str) -> None:
    numbers = [phone_number(country, n) for n in range(23_000)]
    assert len(set(numbers)) == 23_000
    assert all(phonenumbers.is_possible_number(phonenumbers.parse(number)) for number in numbers[::97])


def test_north_american_numbers_are_555_01xx() -> None:
    assert all(phone_number("US", n)[5:10] == "55501" for n in range(0, 23_000, 31))


def test_duplicates_keep_phone_and_mail_as_often_as_is_printed() -> None:
    rng = random.Random(3)
    same = {"phone": 0, "email": 0}
    for n in range(4000):
        person = a_person(1, duplicates=1)
        contacts = contacts_of(person, n, "US", rng)
        own, other = contacts[person.original], contacts[person.duplicates[0]]
        same["phone"] += own.phone == other.phone
        same["email"] += own.email is not None and own.email == other.email
    assert same["phone"] / 4000 == pytest.approx(KEEPS_PHONE, abs=0.03)
    assert same["email"] / 4000 == pytest.approx(KEEPS_MAIL * 0.85, abs=0.03)


def test_two_people_share_nothing() -> None:
    rng, seen = random.Random(5), set[str | None]()
    for n in range(2000):
        person: Person = a_person(n, duplicates=2)
        mine = {
            value for one in contacts_of(person, n, "GB", rng).values() for value in (one.phone, one.email) if value
        }
        assert not mine & seen
        seen |= mine


def test_every_way_of_writing_is_read_as_the_same() -> None:
    rng = random.Random(1)
    for _ in range(40):
        other = written(CONTACT, rng)
        assert e164(other.phone or "", "US") == CONTACT.phone
        assert folded_email(plain_email(other.email or "") or "") == folded_email(CONTACT.email or "")
