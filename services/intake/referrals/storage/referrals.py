"""The table `referral`, and the count of a route's week."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Self
from uuid import UUID

from contracts.streams import partition_of
from contracts.vocabulary import Basis
from services.chassis.crypto.secrets import KeyRing
from services.chassis.crypto.tokens import Keyed, keyed, same
from services.chassis.work import TIME, Work
from services.intake.referrals.rules.referral import Referral
from services.intake.referrals.rules.week import week_of
from services.intake.routes.rules import Admitted

PURPOSE: Final = "external_id"
"""The pepper of a partner's own ids and of the contents sent under them."""

_EARLIER: Final = f"""
select {TIME}, uuidv7() as fresh, asked.n, r.*
from unnest($2::int[], $3::bytea[]) as asked(n, external_key)
left join lateral (
  select * from referral where partner = $1 and external_key = asked.external_key limit 1
) as r on true
"""  # noqa: S608 - two texts of our own
"""The limit keeps it a look-up of each key: joined as a whole, a young database reads all that a partner sent."""

_ACCEPT: Final = """
with taken_in as (
  insert into referral (lead, shard, partner, study, site, route, channel, is_test, received_at, material,
    material_version, material_superseded, basis, basis_given_on, external_key, content_key, pepper)
  select lead, shard, $1, study, site, route, channel, is_test, $2, material, material_version, superseded, basis,
    given_on, external_key, content_key, pepper
  from unnest($4::uuid[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bool[], $11::text[],
    $12::int[], $13::bool[], $14::text[], $15::date[], $16::bytea[], $17::bytea[], $18::smallint[])
    as t(lead, shard, study, site, route, channel, is_test, material, material_version, superseded, basis, given_on,
      external_key, content_key, pepper)
  order by external_key
  on conflict (partner, external_key) do nothing returning lead, route, is_test
), counted as (
  insert into route_week as w (partner, route, week, taken)
  select $1, route, $3, count(*) from taken_in where not is_test group by route order by route
  on conflict (partner, route, week) do update set taken = w.taken + excluded.taken returning route, taken
)
select lead, coalesce(taken, 0) as this_week from taken_in left join counted using (route)
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
        external = _external(ring, partner, referral.external_id, pepper)
        content = keyed(ring, PURPOSE, f"content\0{partner}\0{referral.model_dump_json()}", version=pepper)
        return cls(external.version, external.digest, content.digest)


def external_keys(ring: KeyRing, partner: str, external_id: str) -> list[bytes]:
    """What a row of this partner's id may be found by, one for each pepper that is kept."""
    return [_external(ring, partner, external_id, version).digest for version in ring.versions(PURPOSE)]


def _external(ring: KeyRing, partner: str, external_id: str, pepper: int | None) -> Keyed:
    return keyed(ring, PURPOSE, f"id\0{partner}\0{external_id}", version=pepper)


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


@dataclass(frozen=True, slots=True)
class Coming:
    """A row to be written."""

    lead: UUID
    admitted: Admitted
    basis: Basis
    given_on: date | None
    marks: Marks


async def earlier(work: Work, ring: KeyRing, partner: str, referrals: Sequence[Referral]) -> list[Earlier]:
    """Look for the partner's own ids, draw ids (UUIDv7) for what is to come, and take the time: one statement."""
    versions = ring.versions(PURPOSE)
    marks = [{v: Marks.of(ring, partner, one, pepper=v) for v in versions} for one in referrals]
    asked = [(n, mark.external_key) for n, by_version in enumerate(marks) for mark in by_version.values()]
    rows = await work.fetch(_EARLIER, partner, [n for n, _ in asked], [key for _, key in asked])
    work.time_was(rows[0]["at"])
    best = {row["n"]: row for row in sorted(rows, key=lambda row: row["lead"] is not None)}
    current = ring.pepper(PURPOSE).version
    return [
        _earlier(dict(best[n]), by_version, by_version.get(current) or Marks.of(ring, partner, referrals[n]))
        for n, by_version in enumerate(marks)
    ]


def _earlier(row: Mapping[str, Any], marks: Mapping[int, Marks], current: Marks) -> Earlier:
    if row["lead"] is None:
        return Earlier(row["fresh"], None, equal=False, marks=current)
    equal = same(row["content_key"], marks[row["pepper"]].content_key)
    return Earlier(row["fresh"], _kept(row), equal, current)


async def accept(work: Work, coming: Sequence[Coming]) -> dict[UUID, int]:
    """Write the rows and count them in their routes' week: of each lead, how many its week has now (0 for a test).

    One that is missing was not written: somebody else was accepted under its external id meanwhile. Of one partner;
    time is taken.
    """
    columns = [list(column) for column in zip(*map(_row, coming), strict=True)]
    partner = coming[0].admitted.offer.route.partner
    rows = await work.fetch(_ACCEPT, partner, work.at, week_of(work.at), *columns)
    return {row["lead"]: row["this_week"] for row in rows}


async def taken_in_week(work: Work, partner: str, at: datetime) -> dict[str, int]:
    """How many each of a partner's routes has taken in the week of `at`, tests not counted."""
    rows = await work.fetch(
        "select route, taken from route_week where partner = $1 and week = $2", partner, week_of(at)
    )
    return {row["route"]: row["taken"] for row in rows}


def _row(one: Coming) -> tuple[object, ...]:
    route, material, marks = one.admitted.offer.route, one.admitted.material, one.marks
    return (
        one.lead, partition_of(str(one.lead)), route.study, route.site, route.id, route.channel, one.admitted.is_test,
        material.id, material.version, one.admitted.superseded, one.basis, one.given_on,
        marks.external_key, marks.content_key, marks.pepper,
    )  # fmt: skip


def _kept(row: Mapping[str, Any]) -> Kept:
    return Kept(row["lead"], row["received_at"], row["material_superseded"])
