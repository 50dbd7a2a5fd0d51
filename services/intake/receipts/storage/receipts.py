"""Receipts from `referral`, `withdrawal` and `refusal`.

The same statements run for a referral of another partner as for one that does not exist (S2).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.chassis.work import Work
from services.intake.receipts.rules.cursor import Cursor
from services.intake.receipts.rules.receipt import NotTaken, Taken

_OWN: Final = """
select r.lead, r.study, r.site, r.route, r.material || '@' || r.material_version as material,
  r.material_superseded as superseded, r.is_test, r.received_at, w.withdrawn_at, l.fields as lacks
from referral as r left join withdrawal as w on w.lead = r.lead left join referral_lacks as l on l.lead = r.lead
"""

_BY_LEAD: Final = f"{_OWN} where r.partner = $1 and r.lead = $2"

_BY_EXTERNAL_ID: Final = f"{_OWN} where r.partner = $1 and r.external_key = any($2::bytea[])"

_TAKEN: Final = f"""
{_OWN} where r.partner = $1 and (r.received_at, r.lead) > ($2, $3) and r.received_at < $4
order by r.received_at, r.lead limit $5
"""

_NOT_TAKEN: Final = """
select id, route, code, is_test, refused_at from refusal
where partner = $1 and (refused_at, id) > ($2, $3) and refused_at < $4 order by refused_at, id limit $5
"""

_WITHDRAW: Final = """
insert into withdrawal (lead, partner, study, site, withdrawn_at)
values ($1, $2, $3, $4, $5)
"""

_FORGET: Final = """
delete from refusal where id = any(array(
  select id from refusal where refused_at < baton_now() - interval '400 days' limit $1 for update skip locked))
returning 1
"""


async def receipt(work: Work, partner: str, lead: UUID) -> Taken | None:
    """One of this partner's referrals."""
    row = await work.one(_BY_LEAD, partner, lead)
    return _taken(row) if row else None


async def receipt_of_external_id(work: Work, partner: str, keys: Sequence[bytes]) -> Taken | None:
    """The one this partner sent under an external id, given as the HMACs it may be found by."""
    row = await work.one(_BY_EXTERNAL_ID, partner, keys)
    return _taken(row) if row else None


async def receipt_to_change(work: Work, partner: str, lead: UUID) -> Taken | None:
    """The same for a change: this work has a time afterwards, and waits for whoever else changes this one."""
    await work.run("select pg_advisory_xact_lock(hashtextextended($1, 0))", f"receipt/{partner}/{lead}")
    await work.take_time()
    return await receipt(work, partner, lead)


async def withdraw(work: Work, partner: str, taken: Taken) -> None:
    """Keep that it was taken back now; it was not before."""
    await work.run(_WITHDRAW, taken.lead, partner, taken.study, taken.site, work.at)


async def listed(work: Work, partner: str, after: Cursor, before: datetime, most: int) -> list[Taken | NotTaken]:
    """Up to `most` receipts behind a cursor and up to a time, the earliest first: two statements."""
    bounds = (partner, after.at, after.id, before, most)
    taken = [_taken(row) for row in await work.fetch(_TAKEN, *bounds)]
    refused = [NotTaken(**dict(row)) for row in await work.fetch(_NOT_TAKEN, *bounds)]
    found: list[Taken | NotTaken] = [*taken, *refused]
    return sorted(found, key=place_of)[:most]


def place_of(one: Taken | NotTaken) -> tuple[datetime, UUID]:
    """Where a receipt stands in the list."""
    return (one.received_at, one.lead) if isinstance(one, Taken) else (one.refused_at, one.id)


async def forget_refusals(work: Work, most: int) -> int:
    """Drop refusals after 400 days, as the fact and the idempotency row are."""
    return len(await work.fetch(_FORGET, most))


def _taken(row: asyncpg.Record) -> Taken:
    return Taken(**{**row, "lacks": tuple(row["lacks"] or ())})
