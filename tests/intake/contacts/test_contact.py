"""How details are written down, and what is wrong with some of them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from contracts.vocabulary import Permitted
from services.intake.contacts.rules.contact import Contact, contact_of, e164, plain_email
from services.intake.contacts.rules.person import Permission, Person

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def judged(*channels: Permitted, given_at: datetime = NOW, **person: Any) -> Contact | list[tuple[str, str]]:
    """A person named Ada, and what they permit (a phone call where nothing is said)."""
    told = {"given_name": "Ada", "phone": "+12125550143"} | person
    permits = channels or (Permitted.PHONE,)
    permission = Permission(channels=permits, wording="contact@1", given_at=given_at.isoformat())  # type: ignore[arg-type]
    return contact_of(Person(**told), permission, "US", NOW)


@pytest.mark.parametrize(
    ("written", "country", "plain"),
    [
        ("(212) 555-0143", "US", "+12125550143"),
        ("+1 212 555 0143", "GB", "+12125550143"),
        ("020 7946 0018", "GB", "+442079460018"),
        ("0491 570 006", "AU", "+61491570006"),
        ("+44 20 7946 0018", None, "+442079460018"),
        ("212-555-0143 ext. 77", "US", "+12125550143;ext=77"),
        ("020 7946 0018", None, None),
        ("555", "US", None),
        ("call me", "US", None),
        ("++12125550143", None, "+12125550143"),
        ("+999 212 555 0143", "US", None),
        ("", "US", None),
    ],
)
def test_a_phone_number_has_one_way_to_be_written(written: str, country: str | None, plain: str | None) -> None:
    assert e164(written, country) == plain


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("Ada.Wren@Mail.Example", "Ada.Wren@mail.example"),
        ("ada@b\u00fccher.example", "ada@b\u00fccher.example"),
        ("ada@mail", None),
        ("ada", None),
        ("a b@mail.example", None),
        ("ada@mail.example, b@mail.example", None),
    ],
)
def test_a_mail_address_keeps_its_local_part(written: str, plain: str | None) -> None:
    assert plain_email(written) == plain


def test_what_is_kept_is_what_was_sent_in_one_spelling() -> None:
    kept = judged(birth_date="1961-02-03", postcode="ec1a 1bb", email="Ada@Mail.Example")
    assert kept == Contact("Ada", None, "1961-02-03", "+12125550143", "Ada@mail.example", "EC1A 1BB")
    assert judged(birth_year=1961) == Contact("Ada", None, "1961", "+12125550143")


SMS, MAIL, POST = Permitted.SMS, Permitted.EMAIL, Permitted.POST


@pytest.mark.parametrize(
    ("channels", "person", "pointers"),
    [
        ((SMS,), {"phone": None}, ["/person/phone"]),
        ((MAIL,), {}, ["/person/email"]),
        ((POST, MAIL), {}, ["/person/email", "/person/postcode"]),
        ((), {"given_name": None}, ["/person"]),
        ((), {"birth_year": 2027}, ["/person/birth_year"]),
        ((), {"birth_date": "1899-12-31"}, ["/person/birth_date"]),
        ((), {"birth_year": 1961, "birth_date": "1961-02-03"}, ["/person/birth_year"]),
        ((), {"phone": "+1", "email": "x@y"}, ["/person/phone", "/person/email"]),
    ],
)
def test_every_fault_is_named_at_once(channels: tuple[Permitted, ...], person: Any, pointers: list[str]) -> None:
    faults = judged(*channels, **person)
    assert isinstance(faults, list)
    assert [pointer for pointer, _ in faults] == pointers


@pytest.mark.parametrize(("ahead", "faulty"), [(timedelta(minutes=5), False), (timedelta(minutes=5, seconds=1), True)])
def test_a_senders_clock_may_run_a_little_ahead(ahead: timedelta, faulty: bool) -> None:
    assert isinstance(judged(given_at=NOW + ahead), list) is faulty


def test_no_value_shows_in_a_repr() -> None:
    person = Person(given_name="Wrzesniewska", phone="+12125550143", birth_date=date(1961, 2, 3).isoformat())  # type: ignore[arg-type]
    contact = judged(given_name="Wrzesniewska", email="w@mail.example")
    shown = repr(person) + str(person) + repr(contact)
    assert not [value for value in ("Wrzesniewska", "5550143", "1961", "mail.example") if value in shown]
