from datetime import UTC, datetime

from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.tokens import Value, match_values
from services.intake.referrals.rules.referral import Referral
from tests.bench.network import routes
from tests.bench.people import body_of, letters, spread

NUMBERS = (1, 26, 27, 999, 25_000, 50_000, 1_000_001, 99_999_999)


def test_every_number_is_a_referral_that_the_door_reads_and_nobody_shares_a_token() -> None:
    seen: set[Value] = set()
    for number in NUMBERS:
        referral = Referral.model_validate_json(body_of(number, routes(), seed=1))
        assert referral.permission is not None
        contact = contact_of(referral.person, referral.permission, "GB", datetime(2026, 1, 1, tzinfo=UTC))
        assert isinstance(contact, Contact), contact
        values = match_values(contact)
        assert len(values) == 9
        assert not seen & values
        seen |= values


def test_routes_are_taken_in_turn() -> None:
    there = routes()
    taken = [Referral.model_validate_json(body_of(n, there, 1)).route for n in range(len(there))]
    assert taken == there


def test_nobody_is_named_as_somebody_else() -> None:
    assert len({spread(number) for number in range(200_000)}) == 200_000
    assert sum(len(letters(spread(number))) > 3 for number in range(10_000)) > 9_900


def test_no_two_numbers_are_one_word() -> None:
    assert len({letters(number) for number in range(3_000)}) == 3_000
