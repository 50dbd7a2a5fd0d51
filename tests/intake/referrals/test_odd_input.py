"""What looks wrong and is not: taken, and written down in one spelling."""

import asyncio
import unicodedata
from typing import Any
from uuid import UUID

import pytest

from services.intake.contacts.storage.vault import read_details
from tests.intake.referrals.door import Desk, a_person, a_referral

TAKEN: list[tuple[str, dict[str, Any], str, str]] = [
    ("a name of one letter", {"given_name": "Q"}, "given_name", "Q"),
    ("a name of one Chinese character", {"given_name": "\u674e"}, "given_name", "\u674e"),
    ("a name of 80 letters", {"given_name": "A" * 80}, "given_name", "A" * 80),
    ("a name from right to left", {"given_name": "\u05e0\u05d5\u05e2\u05d4"}, "given_name",
     "\u05e0\u05d5\u05e2\u05d4"),
    ("a name in NFD, kept in NFC", {"given_name": "Jose\u0301"}, "given_name", "Jos\u00e9"),
    ("a name in NFC", {"given_name": "Jos\u00e9"}, "given_name", "Jos\u00e9"),
    ("an apostrophe, a hyphen, a particle", {"family_name": "d'Arc-van 't Hoff"}, "family_name", "d'Arc-van 't Hoff"),
    ("a mail address at an international domain", {"email": "Ada@B\u00fccher.example"}, "email",
     "Ada@b\u00fccher.example"),
    ("the same in punycode", {"email": "Ada@xn--bcher-kva.example"}, "email", "Ada@b\u00fccher.example"),
    ("a mail address with an accent in NFD", {"email": "jose\u0301@mail.example"}, "email", "jos\u00e9@mail.example"),
    ("a mail address with a tag", {"email": "ada+trial@mail.example"}, "email", "ada+trial@mail.example"),
    ("a number as it is dialled in the site's country", {"phone": "(212) 555-0143"}, "phone", "+12125550143"),
    ("a number of another country, with +", {"phone": "+44 20 7946 0018"}, "phone", "+442079460018"),
    ("a number with an extension", {"phone": "212-555-0143 ext. 77"}, "phone", "+12125550143;ext=77"),
    ("a number as a link", {"phone": "tel:+1-212-555-0143;ext=77"}, "phone", "+12125550143;ext=77"),
    ("a number in Arabic digits", {"phone": "\u0662\u0661\u0662\u0665\u0665\u0665\u0660\u0661\u0664\u0663"},
     "phone", "+12125550143"),
    ("a postcode in small letters", {"postcode": "ec1a 1bb"}, "postcode", "EC1A 1BB"),
    ("a birthday on a leap day", {"birth_year": None, "birth_date": "1960-02-29"}, "birth", "1960-02-29"),
]  # fmt: skip


@pytest.mark.parametrize(("person", "field", "kept"), [t[1:] for t in TAKEN], ids=[t[0] for t in TAKEN])
async def test_it_is_taken_and_kept_in_one_spelling(desk: Desk, person: dict[str, Any], field: str, kept: str) -> None:
    answer = await desk.send(a_referral(person=a_person(**person)))
    assert answer.status_code == 202, answer.text
    assert "over_sharing" not in answer.json()
    keys = desk.vault_keys()
    async with desk.database.work("system:test") as work:
        details = await read_details(work, keys, UUID(answer.json()["lead"]))
    await asyncio.wait_for(keys.close(), 5)
    assert details is not None
    assert details[field] == kept
    assert unicodedata.is_normalized("NFC", details[field])


async def test_two_spellings_of_one_person_have_the_same_tokens(desk: Desk) -> None:
    spellings = [
        {"given_name": "Jose\u0301", "email": "jo@b\u00fccher.example", "phone": "(646) 555-0177"},
        {"given_name": "Jos\u00e9", "email": "Jo@xn--bcher-kva.example", "phone": "+1 646 555 0177"},
    ]
    tokens = []
    for person in spellings:
        sent = await desk.send(a_referral(person=a_person(birth_year=None, birth_date="1961-02-03", **person)))
        said = await desk.said(sent.json()["lead"])
        tokens.append(sorted(str(one.model_dump()["tokens"]) for one in said if "tokens" in type(one).model_fields))
    assert tokens[0] == tokens[1]
