"""People are valid where a site has no country of its own to read numbers by, all different, and each is found."""

from datetime import UTC, datetime

import phonenumbers
import pytest

from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.external import looks_personal
from services.intake.contacts.rules.person import Permission, Person
from services.intake.contacts.rules.tokens import match_values
from tests.canary.search import hits_in, needles_of
from tests.faults.traffic.people import MOST, PATTERNS, WORDS, somebody

NUMBERS = (0, 1, 2, 3, 4, 99, 100, 123_456, MOST - 1)


@pytest.mark.parametrize("number", NUMBERS)
def test_everybody_is_taken_as_they_are(number: int) -> None:
    who = somebody(number)
    permission = {"channels": who.channels, "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    kept = contact_of(Person(**who.details), Permission.model_validate(permission), None, at)
    assert isinstance(kept, Contact)
    assert phonenumbers.is_valid_number(phonenumbers.parse(kept.phone or ""))
    assert not looks_personal(who.external_id)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_detail_holds_a_pattern_however_it_is_folded(number: int) -> None:
    who = somebody(number)
    details = [*who.details.values(), who.external_id, who.reference]
    contact = Contact(
        who.details["given_name"], who.details["family_name"], who.details["birth_date"], who.details["phone"],
        who.details["email"],
    )  # fmt: skip
    pieces = [*details, *(one.upper() for one in details), *match_values(contact).values()]
    silent = [piece for piece in pieces if not any(pattern in piece.encode() for pattern in PATTERNS)]
    assert {one.casefold() for one in silent} == {who.details["language"].casefold()}


def test_other_writings_are_found_by_the_words() -> None:
    hidden = somebody(17).details["email"].encode().hex().encode()
    assert hits_in([hidden], needles_of(WORDS))


def test_people_are_all_different_and_one_person_is_the_same_at_two_partners() -> None:
    many = [somebody(number) for number in range(500)]
    for name in ("given_name", "family_name", "phone", "email"):
        assert len({who.details[name] for who in many}) == 500
    here, there = somebody(17, at="quarrel-"), somebody(17, at="tallow-")
    assert here.details == there.details
    assert here.external_id != there.external_id
    with pytest.raises(ValueError, match="people"):
        somebody(MOST)
