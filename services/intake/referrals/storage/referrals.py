"""The table `referral`, and the count of a route's week."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self
from uuid import UUID

from contracts.streams import partition_of
from contracts.vocabulary import Basis
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import keyed, same
from services.chassis.work import TIME, Work
from services.intake.referrals.rules.referral import Referral
from services.intake.referrals.rules.week import week_of
from services.intake.routes.rules import Admitted

PURPOSE: Final = "external_id"
"""The pepper of a partner's own ids and of the contents sent under them."""

_EARLIER: Final = f"""
select {TIME}, uuidv7() as fresh, r.* from (select) as nothing
left join referral as r on r.partner = $1 and r.external_key = any($2::bytea[])
"""  # noqa: S608 - two texts of our own

_ACCEPT: Final = """
with taken_in as (
  insert into referral (lead, shard, partner, study, site, route, channel, is_test, received_at, material,
    material_version, material_superseded, basis, basis_given_on, external_key, content_key, pepper)
  values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
  on conflict (partner, external_key) do nothing returning lead
), counted as (
  insert into route_week as w (partner, route, week, taken) select $3, $6, $18, 1 from taken_in where not $8
  on conflict (partner, route, week) do update set taken = w.taken + 1 returning taken
)
select (select count(*) from taken_in) as accepted, coalesce((select taken from counted), 0) as this_week
"""


@dataclass(frozen=True, slots=True)
class Marks:
    """A partner's id for a person and all it said under it, as HMACs: equal ones are equal, nothing can be read."""

    pepper: int
    external_key: bytes
    content_key: bytes

    @classmethod
    def of(cls, ring: KeyRing, partner: str, referral: Referral, *, pepper: int | None = None) -> Self:
        """Under the current pepper, or under the one an earlier row was made with."""
        external = keyed(ring, PURPOSE, f"id\0{partner}\0{referral.external_id}", version=pepper)
        content = keyed(ring, PURPOSE, f"content\0{partner}\0{referral.model_dump_json()}", version=pepper)
        return cls(external.version, external.digest, content.digest)


@dataclass(frozen=True, slots=True)
class Kept:
    """What an accepted referral is answered with, the second time as the first."""

    lead: UUID
    received_at: datetime
    superseded: bool


@dataclass(frozen=True, slots=True)
class Earlier:
    """A new id, and what this partner sent under the same external id before."""

    fresh: UUID
    found: Kept | None
    equal: bool
    """the same content, so that the same answer is due"""
    marks: Marks
    """under the current pepper, for the row to come"""


async def earlier(work: Work, ring: KeyRing, partner: str, referral: Referral) -> Earlier:
    """Look for the partner's own id, draw an id (UUIDv7) for what is to come, and take the time: one statement."""
    marks = {version: Marks.of(ring, partner, referral, pepper=version) for version in ring.versions(PURPOSE)}
    row = await work.one(_EARLIER, partner, [mark.external_key for mark in marks.values()])
    assert row is not None
    work.time_was(row["at"])
    current = marks.get(ring.pepper(PURPOSE).version) or Marks.of(ring, partner, referral)
    if row["lead"] is None:
        return Earlier(row["fresh"], None, equal=False, marks=current)
    equal = same(row["content_key"], marks[row["pepper"]].content_key)
    return Earlier(row["fresh"], _kept(dict(row)), equal, current)


async def accept(
    work: Work, lead: UUID, admitted: Admitted, basis: Basis, given_on: date | None, marks: Marks
) -> int | None:
    """Write the row and count it in its route's week: how many that week has now (0 for a test).

    None when somebody else was accepted under the same external id meanwhile: nothing was written. Time is taken.
    """
    route, material = admitted.offer.route, admitted.material
    row = await work.one(
        _ACCEPT, lead, partition_of(str(lead)), route.partner, route.study, route.site, route.id, route.channel,
        admitted.is_test, work.at, material.id, material.version, admitted.superseded, basis, given_on,
        marks.external_key, marks.content_key, marks.pepper, week_of(work.at),
    )  # fmt: skip
    assert row is not None
    return row["this_week"] if row["accepted"] else None


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(row["lead"], row["received_at"], row["material_superseded"])
