"""No contact detail lies readable anywhere in the database (S1, S7): every table through COPY, in many spellings."""

import asyncio
import base64
import io
from uuid import UUID

import asyncpg
from sqlalchemy import make_url

from services.chassis.crypto.secrets import KeyRing
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.vault import read_details
from tests.chassis.telemetry.canary import Canary
from tests.intake.referrals.door import Desk, a_person, a_referral
from tests.place import Place


def spellings(value: str) -> list[bytes]:
    """A value as it might lie somewhere: plain, in hex, in base64, in UTF-16, in lower case."""
    plain = [value.encode(), value.lower().encode(), value.upper().encode()]
    return [
        *plain,
        *(p.hex().encode() for p in plain),
        base64.b64encode(plain[0]).rstrip(b"="),
        value.encode("utf-16-le"),
    ]


async def dump(place: Place) -> dict[str, bytes]:
    """Every table of intake's schema as text, by name; the outbox with its bodies as text."""
    url = make_url(place.administrator)
    connection = await asyncpg.connect(
        host=url.host, port=url.port, user=url.username, password=url.password, database=url.database
    )
    try:
        tables = await connection.fetch(
            "select relname from pg_class where relnamespace = 'intake'::regnamespace and relkind = 'r'"
        )
        found = {}
        for name in (row["relname"] for row in tables):
            out = io.BytesIO()
            await connection.copy_from_table(name, schema_name="intake", output=out)
            found[name] = out.getvalue()
        bodies = await connection.fetch("select body from intake.outbox where body is not null")
        return found | {"outbox bodies": b"\n".join(row["body"] for row in bodies)}
    finally:
        await connection.close()


def hits(found: dict[str, bytes], values: list[str]) -> set[str]:
    return {name for name, text in found.items() for value in values for one in spellings(value) if one in text}


async def test_no_detail_of_a_person_lies_readable_in_any_table(desk: Desk, referral_place: Place) -> None:
    canary = Canary.hatch()
    external, postcode = f"X{canary.word}", canary.word[:8].upper()
    person = a_person(
        given_name=canary.word, family_name=canary.name, email=canary.mail, phone=canary.phone, postcode=postcode
    )
    basis = {"kind": "self_referred", "reference": f"file {external}"}
    body = a_referral(person=person, external_id=external, disclosure_basis=basis)
    answers = [await desk.send(body), await desk.send(body | {"route": "paused"}), await desk.send(body | {"x": 1})]
    assert [answer.status_code for answer in answers] == [202, 409, 422]
    values = [*canary.values, canary.phone[1:], canary.phone[3:], postcode, external]
    found = await dump(referral_place)
    assert min(len(found["vault"]), len(found["outbox bodies"]), len(found["idempotency"])) > 0
    assert hits(found, values) == set()
    planted = {name: text + canary.mail.encode().hex().encode() for name, text in found.items()}
    assert hits(planted, values) == set(found)


async def test_the_details_can_be_read_again_with_the_leads_own_key(desk: Desk) -> None:
    sent = await desk.send(a_referral(external_id="READ-1", person=a_person(phone="(212) 555-0199")))
    lead = UUID(sent.json()["lead"])
    settings = desk.doors.parts("intake").settings
    keys = VaultKeys(settings.keys_dir, KeyRing.open(settings.keys_dir, create=False))
    async with desk.database.work("system:test") as work:
        details = await read_details(work, keys, lead)
    async with desk.database.work("system:test", scope="partner/brightpost") as work:
        theirs = await read_details(work, keys, lead)
    await asyncio.wait_for(keys.close(), 5)
    assert details is not None
    assert (details["phone"], details["birth"], details["external_id"]) == ("+12125550199", "1961", "READ-1")
    assert theirs is None
