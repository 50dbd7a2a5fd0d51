"""People with known duplicates: FEBRL 1-4 as they are, and the same people with phones and mails but no birth date."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import combinations
from typing import Final

from deploy.demo.contact import contacts_of
from deploy.demo.people import Person as Known
from deploy.demo.people import Record, people_folder, read_people
from services.intake.contacts.rules.contact import Contact, contact_of
from services.intake.contacts.rules.person import Permission, Person

SETS: Final = ("1", "2", "3", "4")
SEEDED: Final = "phone, mail, names, birth year"
HOUSEHOLD: Final = 0.1
"""How many of the seeded people have somebody at home with the same phone and family name."""

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_NO_CHANNEL: Final = Permission(channels=(), wording="contact@1", given_at=datetime(2025, 6, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Sample:
    """Records in the order in which they are referred, each with whose it is; None is refused at the door."""

    name: str
    contacts: Mapping[str, Contact | None]
    person: Mapping[str, str]

    @property
    def true_pairs(self) -> set[frozenset[str]]:
        """Every two records of one person, those that no door would take among them."""
        of: dict[str, list[str]] = {}
        for record in self.contacts:
            of.setdefault(self.person[record], []).append(record)
        return {frozenset(pair) for records in of.values() for pair in combinations(records, 2)}


def febrl(number: str) -> Sample:
    """One of the four sets: name, birth date or what is left of it, postcode. Raises `NoPeople`.

    The ten records without any name are not among them: no door takes one.
    """
    records = [one for one in _records(read_people(people_folder())) if one.id.startswith(f"{number}-")]
    random.Random(number).shuffle(records)
    return Sample(f"FEBRL {number}", {one.id: _kept(_asked(one)) for one in records}, {o.id: o.person for o in records})


def seeded(seed: int) -> Sample:
    """Sets 2 and 3 with the demo's phones and mails and everybody's birth year; some share a phone at home."""
    rng = random.Random(seed)
    contacts: dict[str, Contact | None] = {}
    person: dict[str, str] = {}
    people = [one for one in read_people(people_folder()) if one.original.id[0] in "23"]
    for n, known in enumerate(people):
        reached = contacts_of(known, n, "US", rng)
        for record, by in reached.items():
            asked = _asked(replace(record, birth_date=None, postcode=""))
            contacts[record.id] = _kept(asked.model_copy(update={"phone": by.phone, "email": by.email}))
            person[record.id] = known.original.person
        if rng.random() < HOUSEHOLD:
            relative = _relative(known, people[rng.randrange(len(people))], rng)
            phone = reached[known.original].phone
            contacts[f"{relative.id} at home"] = _kept(_asked(relative).model_copy(update={"phone": phone}))
            person[f"{relative.id} at home"] = f"{relative.id} at home"
    order = list(contacts)
    rng.shuffle(order)
    return Sample(SEEDED, {record: contacts[record] for record in order}, person)


def exact_pairs(sample: Sample) -> set[frozenset[str]]:
    """What the exact key (given + family name + birth) finds, beside which all is measured."""
    of: dict[tuple[str, ...], list[str]] = {}
    for record, one in sample.contacts.items():
        if one and one.given_name and one.family_name and one.birth:
            of.setdefault((one.given_name.casefold(), one.family_name.casefold(), one.birth), []).append(record)
    return {frozenset(pair) for records in of.values() for pair in combinations(records, 2)}


def _records(people: Sequence[Known]) -> Iterator[Record]:
    for one in people:
        yield one.original
        yield from one.duplicates


def _relative(known: Known, other: Known, rng: random.Random) -> Record:
    """Another given name and another year under the same family name."""
    year = (known.original.birth_year or 1960) + rng.choice((-31, -28, -24, -3, -1, 0, 1, 2, 25, 30))
    return replace(
        known.original, given_name=other.original.given_name, birth_date=None, birth_year=min(max(year, 1900), 2008),
        postcode="",
    )  # fmt: skip


def _asked(record: Record) -> Person:
    born = record.birth_date
    said = {
        "given_name": record.given_name or None,
        "family_name": record.family_name or None,
        "birth_date": born.isoformat() if born else None,
        "birth_year": None if born else record.birth_year,
        "postcode": record.postcode or None,
    }
    return Person.model_validate(said)


def _kept(person: Person) -> Contact | None:
    contact = contact_of(person, _NO_CHANNEL, "US", _AT)
    return contact if isinstance(contact, Contact) else None
