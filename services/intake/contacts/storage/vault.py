"""The vault: a row a lead, each detail sealed by itself under the lead's own key; and the permission ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from services.chassis.crypto.keystore import DataKey, KeyGone
from services.chassis.crypto.vault import CannotOpen, seal, unseal
from services.chassis.work import Work
from services.intake.contacts.rules.contact import Contact
from services.intake.contacts.rules.person import Permission
from services.intake.contacts.storage.keys import VaultKeys

SEALED: Final = (
    "given_name", "family_name", "birth", "phone", "email", "postcode", "external_id", "basis_reference",
)  # fmt: skip
"""Columns that hold sealed bytes; every other column of the row may be read by anybody who may see the lead."""

_NAMES: Final = ", ".join(SEALED)
_KEEP: Final = f"""
with sealed as (
  insert into vault (lead, partner, study, site, key_id, {_NAMES})
  select lead, partner, study, site, key_id, {_NAMES}
  from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::uuid[],
    {", ".join(f"${n + 11}::bytea[]" for n in range(len(SEALED)))})
    as t(lead, partner, study, site, key_id, {_NAMES})
)
insert into permission (lead, partner, study, site, channel, granted, wording, given_at, said_at)
select t.lead, t.partner, t.study, t.site, p.channel, true, p.wording, p.given_at, $1
from unnest($7::int[], $8::text[], $9::text[], $10::timestamptz[]) as p(n, channel, wording, given_at)
join unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) with ordinality as t(lead, partner, study, site, n)
  using (n)
"""  # noqa: S608 - the columns are the list above

_NEWEST: Final = "select lead, key_id, external_id from vault order by lead desc limit $1"


@dataclass(frozen=True, slots=True)
class Details:
    """What is kept of one referral's person, readable in memory only."""

    lead: UUID
    partner: str
    study: str
    site: str
    contact: Contact
    external_id: str = field(repr=False)
    basis_reference: str | None = field(default=None, repr=False)


async def keep_details(work: Work, kept: Sequence[tuple[DataKey, Details, Permission]]) -> None:
    """Seal these leads' details and note their permissions, in one statement. Time is taken; the leads' rows exist."""
    whose = [(one.lead, one.partner, one.study, one.site, key.id) for key, one, _ in kept]
    sealed = [_sealed(key, details) for key, details, _ in kept]
    permitted = [
        (n, channel, permission.wording, permission.given_at)
        for n, (_, _, permission) in enumerate(kept, start=1)
        for channel in sorted(set(permission.channels))
    ]
    await work.run(
        _KEEP,
        work.at,
        *_columns(whose, 5),
        *_columns(permitted, 4),
        *([fields.get(name) for fields in sealed] for name in SEALED),
    )


def _columns(rows: Sequence[tuple[object, ...]], count: int) -> list[list[object]]:
    return [[row[n] for row in rows] for n in range(count)]


async def read_details(work: Work, keys: VaultKeys, lead: UUID) -> dict[str, str] | None:
    """A lead's details, opened; None when this work may not see it or there is none. Raises `KeyGone`."""
    row = await work.one(f"select key_id, {', '.join(SEALED)} from vault where lead = $1", lead)  # noqa: S608
    if row is None:
        return None
    key = await keys.unwrap(row["key_id"])
    return {name: _opened(key, lead, name, row[name]) for name in SEALED if row[name] is not None}


async def unopenable(work: Work, keys: VaultKeys, most: int) -> list[UUID]:
    """Of the newest `most` leads, those whose details cannot be opened: no key, or a changed row."""
    lost: list[UUID] = []
    for row in await work.fetch(_NEWEST, most):
        try:
            _opened(await keys.unwrap(row["key_id"]), row["lead"], "external_id", row["external_id"])
        except (KeyGone, CannotOpen):
            lost.append(row["lead"])
    return lost


def _sealed(key: DataKey, details: Details) -> Mapping[str, bytes]:
    person = {name: getattr(details.contact, name) for name in SEALED[:6]}
    plain = person | {"external_id": details.external_id, "basis_reference": details.basis_reference}
    return {
        name: seal(key.secret, lead=details.lead, field=name, key_id=key.id, plaintext=text.encode())
        for name, text in plain.items()
        if text is not None
    }


def _opened(key: DataKey, lead: UUID, name: str, sealed: bytes) -> str:
    return unseal(key.secret, lead=lead, field=name, key_id=key.id, sealed=sealed).decode()
