"""Pairs of leads that an equal token brought together and whose details hold: judged once, when the later one comes."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from asyncpg import Record

from contracts.vocabulary import Likeness, TokenKind
from services.chassis.work import Work
from services.routing.duplicates.rules.judging import Match
from services.routing.duplicates.rules.signature import Compared

_KEEP: Final = """
insert into match_pair (lead, earlier, study, site, seq, kinds, sure, confidence, one_name, other_name, birth, place)
select p.lead, p.earlier, m.study, m.site, p.seq, string_to_array(p.kinds, ','), p.sure, p.confidence,
  p.one_name, p.other_name, p.birth, p.place
from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::text[], $5::bool[], $6::smallint[],
    $7::text[], $8::text[], $9::text[], $10::text[])
  as p(lead, earlier, seq, kinds, sure, confidence, one_name, other_name, birth, place)
cross join lateral (select study, site from match_token where lead = p.lead limit 1) as m
on conflict (lead, earlier) do update set seq = excluded.seq, kinds = excluded.kinds, sure = excluded.sure,
  confidence = excluded.confidence, one_name = excluded.one_name, other_name = excluded.other_name,
  birth = excluded.birth, place = excluded.place
"""

_OF: Final = """
select lead, earlier, seq, kinds, sure, confidence, one_name, other_name, birth, place
from match_pair where lead = any($1::uuid[]) order by seq
"""


async def keep_pairs(work: Work, pairs: Sequence[Match]) -> None:
    """One statement, none without a pair. The later leads' tokens are stored."""
    if pairs:
        await work.run(_KEEP, *(list(column) for column in zip(*map(_row, pairs), strict=True)))


async def matches_of(work: Work, leads: Iterable[UUID]) -> list[Match]:
    """Earlier leads that may be of the same person as these."""
    return [_match(row) for row in await work.fetch(_OF, list(leads))]


def _row(one: Match) -> tuple[object, ...]:
    like = one.likeness
    likeness = like.one_name.value, like.other_name.value, like.birth.value, like.place.value
    return one.lead, one.earlier, one.seq, ",".join(one.kinds), one.sure, one.confidence, *likeness


def _match(row: Record) -> Match:
    likeness = Compared(*(Likeness(row[name]) for name in ("one_name", "other_name", "birth", "place")))
    kinds = tuple(TokenKind(kind) for kind in row["kinds"])
    return Match(row["lead"], row["earlier"], row["seq"], kinds, row["sure"], row["confidence"], likeness)
