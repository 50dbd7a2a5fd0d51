"""People are valid where a site has no country of its own to read numbers by, all different, and each is found."""

from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from uuid import uuid4

import phonenumbers
import pytest

from contracts.vocabulary import TokenKind
from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.external import looks_personal
from services.intake.contacts.rules.person import Permission, Person
from services.intake.contacts.rules.tokens import Value, match_values
from services.intake.contacts.storage.signature import signature_of
from services.routing.duplicates.rules.judging import matched
from services.routing.duplicates.rules.signature import Signature, compare
from tests.canary.search import hits_in, needles_of
from tests.faults.traffic.people import MOST, PATTERNS, WORDS, somebody

NUMBERS = (0, 1, 2, 3, 4, 99, 100, 123_456, MOST - 1)


def kept(number: int) -> Contact:
    """Somebody as intake keeps them."""
    who = somebody(number)
    permission = {"channels": who.channels, "wording": "contact@1", "given_at": "2025-06-01T09:00:00Z"}
    at = datetime(2026, 1, 1, tzinfo=UTC)
    contact = contact_of(Person(**who.details), Permission.model_validate(permission), None, at)
    assert isinstance(contact, Contact)
    return contact


@pytest.mark.parametrize("number", NUMBERS)
def test_everybody_is_taken_as_they_are(number: int) -> None:
    assert phonenumbers.is_valid_number(phonenumbers.parse(kept(number).phone or ""))
    assert not looks_personal(somebody(number).external_id)


@pytest.mark.parametrize("number", NUMBERS)
def test_every_detail_holds_a_pattern_however_it_is_folded(number: int) -> None:
    who = somebody(number)
    details = [*who.details.values(), who.external_id, who.reference]
    contact = Contact(
        who.details["given_name"], who.details["family_name"], who.details["birth_date"], who.details["phone"],
        who.details["email"], who.details["postcode"],
    )  # fmt: skip
    pieces = [*details, *(one.upper() for one in details), *(value for _, value in match_values(contact))]
    silent = [piece for piece in pieces if not any(pattern in piece.encode() for pattern in PATTERNS)]
    assert {one.casefold() for one in silent} == {who.details["language"].casefold()}


def test_other_writings_are_found_by_the_words() -> None:
    hidden = somebody(17).details["email"].encode().hex().encode()
    assert hits_in([hidden], needles_of(WORDS))


def test_nobody_is_mistaken_for_somebody_else(tmp_path: Path) -> None:
    """Only who was sent twice shares what is strong; of the others, few are found alike and fewer asked about."""
    ring, people = KeyRing.open(tmp_path / "keys", create=True), [kept(number) for number in range(1_000)]
    holders: dict[Value, list[int]] = {}
    for number, contact in enumerate(people):
        for value in match_values(contact):
            holders.setdefault(value, []).append(number)
    met = {(value[0], pair) for value, found in holders.items() for pair in combinations(found, 2)}
    assert {kind for kind, _ in met}.isdisjoint({TokenKind.PHONE, TokenKind.EMAIL, TokenKind.NAMES})
    assert 0 < len(met) < 4_000
    signed = [Signature.read(signature_of(ring, contact)) for contact in people]
    asked = [pair for kind, pair in met if matched(uuid4(), uuid4(), 1, [kind], compare(*(signed[n] for n in pair)))]
    assert len(asked) < 400


def test_people_are_all_different_and_one_person_is_the_same_at_two_partners() -> None:
    many = [somebody(number) for number in range(500)]
    for name in ("given_name", "family_name", "phone", "email"):
        assert len({who.details[name] for who in many}) == 500
    here, there = somebody(17, at="quarrel-"), somebody(17, at="tallow-")
    assert here.details == there.details
    assert here.external_id != there.external_id
    with pytest.raises(ValueError, match="people"):
        somebody(MOST)
