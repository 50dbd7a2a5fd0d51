"""Tokens as rows. The first holder of a token value is a lock: twins of one second come one after the other."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from contracts.envelope import Fact
from contracts.tokens.facts import MatchTokens
from contracts.vocabulary import TokenKind
from services.chassis.work import Work

_FORGET: Final = """
with gone as (delete from first_holder where lead = any($1::uuid[])),
  apart as (delete from match_pair where lead = any($1::uuid[]) or earlier = any($1::uuid[]))
delete from match_token where lead = any($1::uuid[])
"""

_STORE: Final = """
with held as (
  insert into first_holder (lead, study, site, is_test, kind, key_version, value)
  select * from unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::int[], $7::text[])
    as t(lead, study, site, is_test, kind, key_version, value)
  order by study, site, is_test, kind, key_version, value
  on conflict (study, site, is_test, kind, key_version, value) do nothing returning 1
), all_held as materialized (select count(*) as n from held)
insert into match_token (lead, study, site, is_test, kind, key_version, value, partner)
select t.* from all_held,
  unnest($1::uuid[], $2::text[], $3::text[], $4::bool[], $5::text[], $6::int[], $7::text[], $8::text[]) as t
"""
"""No token gets its place in the order (`seq`) before every value was waited for: a row here needs the count."""

_EARLIER: Final = """
select mine.lead, other.lead as earlier, min(other.seq) as seq, array_agg(distinct mine.kind) as kinds
from match_token mine cross join lateral (
  select lead, seq from match_token as other
  where (study, site, is_test, kind, key_version, value)
      = (mine.study, mine.site, mine.is_test, mine.kind, mine.key_version, mine.value)
    and other.seq < mine.seq and other.lead <> mine.lead
  order by seq desc limit $2
) as other
where mine.lead = any($1::uuid[])
group by mine.lead, other.lead
"""

MOST_A_TOKEN: Final = 50
"""Earlier leads that one equal token brings to be compared, the newest ones: a name that thousands bear says little,
and one fact must not cost thousands of comparisons. Of a strong token the primary is found through any of them."""

_HAVE_TOKENS: Final = "select distinct lead from match_token where lead = any($1::uuid[])"


@dataclass(frozen=True, slots=True)
class Equal:
    """Two leads with equal tokens, of these kinds; `seq` is the earlier one's place in the order."""

    lead: UUID
    earlier: UUID
    seq: int
    kinds: tuple[TokenKind, ...]


async def store_tokens(work: Work, facts: Sequence[Fact[MatchTokens]]) -> None:
    """Keep these leads' tokens, one fact a lead; a restated lead's older ones go. A constant number of statements."""
    again = [UUID(fact.key) for fact in facts if fact.version > 1]
    if again:
        await work.run(_FORGET, again)
    await work.run(_STORE, *_columns(facts))


async def equal_before(work: Work, leads: Iterable[UUID]) -> list[Equal]:
    """Leads whose equal tokens came before these leads' own; of each token the newest 50."""
    rows = await work.fetch(_EARLIER, list(leads), MOST_A_TOKEN)
    return [
        Equal(row["lead"], row["earlier"], row["seq"], tuple(TokenKind(kind) for kind in row["kinds"])) for row in rows
    ]


async def having_tokens(work: Work, leads: Iterable[UUID]) -> set[UUID]:
    """Which of these leads' tokens have come."""
    return {row["lead"] for row in await work.fetch(_HAVE_TOKENS, list(leads))}


def _columns(facts: Iterable[Fact[MatchTokens]]) -> list[list[Any]]:
    """One column a list, in the order a first holder is locked: two readers never wait for each other crosswise."""
    rows = sorted(
        (body.study, body.site, is_test, token.kind.value, token.key_version, token.value, body.lead, body.partner)
        for body, is_test in ((fact.body, fact.is_test) for fact in facts)
        for token in body.tokens
    )
    return [
        [UUID(row[6]) for row in rows],
        *([row[i] for row in rows] for i in range(6)),
        [row[7] for row in rows],
    ]
