"""The table `referral_lacks`: which wanted fields an accepted referral came without; names of fields, no values.

It is written at the door and changed by what the partner supplies, never by what a site corrects or erases: a receipt
says what this partner sent.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from services.chassis.work import Work
from services.intake.network.rules.words import ReferralField

_KEEP: Final = """
insert into referral_lacks (lead, partner, fields)
select lead, $1, string_to_array(fields, ' ') from unnest($2::uuid[], $3::text[]) as t(lead, fields)
"""


async def keep_lacks(work: Work, partner: str, lacks: Sequence[tuple[UUID, Sequence[ReferralField]]]) -> None:
    """Note what these leads of one partner lack; no statement where none lacks anything."""
    rows = [(lead, " ".join(fields)) for lead, fields in lacks if fields]
    if rows:
        await work.run(_KEEP, partner, [lead for lead, _ in rows], [fields for _, fields in rows])


async def still_lacking(work: Work, partner: str, lead: UUID, fields: Sequence[str]) -> None:
    """From now on these are what it lacks."""
    await work.run(
        "update referral_lacks set fields = $3 where partner = $1 and lead = $2", partner, lead, list(fields)
    )
