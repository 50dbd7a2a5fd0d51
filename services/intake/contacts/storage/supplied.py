"""Details that come after the referral: sealed under the lead's own key beside what is there, never in its place."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from services.chassis.crypto.keystore import KeyGone
from services.chassis.crypto.vault import seal
from services.chassis.work import Work
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.storage.keys import VaultKeys
from services.intake.contacts.storage.vault import read_details

SUPPLIED: Final = ("given_name", "family_name", "birth", "postcode")
"""Columns that may be filled later."""

_ADD: Final = f"""
update vault set {", ".join(f"{name} = coalesce({name}, ${n})" for n, name in enumerate(SUPPLIED, start=2))}
where lead = $1
"""  # noqa: S608 - the columns are the list above


async def add_details(work: Work, keys: VaultKeys, lead: UUID, values: Mapping[str, str]) -> Contact | None:
    """Fill what is empty, and answer the whole contact; None, and nothing kept, where the person was erased.

    The caller has the lead to itself. A value that a site has put there meanwhile stays.
    """
    key_id = await work.value("select key_id from vault where lead = $1 for update", lead)
    if key_id is None:
        return None
    try:
        before = await read_details(work, keys, lead) or {}
        key = await keys.unwrap(key_id)
    except KeyGone:
        return None
    new = {name: text for name, text in values.items() if name in SUPPLIED and name not in before}
    sealed = {
        name: seal(key.secret, lead=lead, field=name, key_id=key_id, plaintext=text.encode())
        for name, text in new.items()
    }
    await work.run(_ADD, lead, *(sealed.get(name) for name in SUPPLIED))
    named = before | new
    return Contact(**{name: named.get(name) for name in Contact.__slots__})
