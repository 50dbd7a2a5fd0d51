"""What an ethics board is shown: which version of the words is in which state, and what a route may carry."""

from datetime import UTC, datetime

import pytest

from services.intake.network.rules.pack import NoSuchStudy, irb_pack
from services.intake.network.rules.purposes import PURPOSES
from services.intake.network.rules.words import ReferralField
from tests.intake.network.samples import SMALL, changed, items

AT = datetime(2026, 6, 1, 12, tzinfo=UTC)
ONE = SMALL[SMALL.index("  - id: alder-partner") : SMALL.index("\nroutes:")]


def version(number: int, told: str = "") -> str:
    return ONE.replace("version: 1", f"version: {number}\n    effective_from: 2026-03-01\n    {told}".rstrip())


@pytest.mark.parametrize(
    ("told", "states"),
    [
        ("", {1: "superseded", 2: "in force"}),
        ("withdrawn: true", {1: "in force", 2: "withdrawn"}),
        ("retire_at: 2026-05-31", {1: "in force", 2: "over"}),
        ("approved_until: 2026-05-31", {1: "in force", 2: "over"}),
        ("approved_until: 2026-06-01", {1: "superseded", 2: "in force"}),
    ],
)
def test_each_version_says_how_it_stands(told: str, states: dict[int, str]) -> None:
    pack = irb_pack(items(SMALL.replace(ONE, ONE + version(2, told))), "alder", AT)
    assert {words.material.version: words.state for words in pack.words} == states


def test_words_of_later_are_later() -> None:
    later = ONE.replace("version: 1", "version: 2\n    effective_from: 2026-06-02")
    pack = irb_pack(items(SMALL.replace(ONE, ONE + later)), "alder", AT)
    assert [words.state for words in pack.words] == ["later", "in force"]


def test_the_same_words_have_the_same_hash_and_one_letter_makes_another() -> None:
    same = irb_pack(items(SMALL.replace(ONE, ONE + version(2))), "alder", AT)
    assert len({words.sha256 for words in same.words}) == 1
    other = irb_pack(items(SMALL.replace(ONE, ONE + version(2).replace("tremor", "tremors"))), "alder", AT)
    assert len({words.sha256 for words in other.words}) == 2
    assert same.sha256 != other.sha256


def test_a_route_carries_what_was_agreed_and_the_route_leaves_in() -> None:
    narrowed = changed("    state: live", "    allowed_fields: [phone, given_name]\n    state: live")
    [way] = irb_pack(items(narrowed), "alder", AT).ways
    assert way.fields == (ReferralField.GIVEN_NAME, ReferralField.PHONE)


def test_an_agreement_that_has_ended_allows_nothing() -> None:
    begins = "    valid_from: 2026-01-05\n\nmaterials"
    ended = changed(begins, begins.replace("\n\n", "\n    valid_until: 2026-05-31\n\n"))
    [way] = irb_pack(items(ended), "alder", AT).ways
    assert (way.fields, way.boundaries) == ((), ())


def test_an_unknown_study_is_told_with_those_there_are() -> None:
    with pytest.raises(NoSuchStudy, match="there is no study rowan; there are alder"):
        irb_pack(items(SMALL), "rowan", AT)


def test_every_field_that_can_be_agreed_says_its_purpose() -> None:
    assert PURPOSES.keys() == set(ReferralField) - {ReferralField.OTHER}
