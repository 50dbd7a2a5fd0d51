"""The room's two tables, and how a row of one is read.

network_item   every revision of every item: (kind, id, revision), effective_from, reviewed_on, body, published.
               Of the revisions that have taken effect, the highest is in force. `published` means that its
               moment was looked at: what it changed was said, or it changed nothing that others hear.
network_fact   the last fact said of each key of the network stream.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from services.intake.network.rules.items import OF_KIND, AnyItem

IN_FORCE: Final = (
    "select distinct on (kind, id) kind, id, revision, body::text as body from network_item "
    "where effective_from <= $1 order by kind, id, revision desc"
)
"""Every item in force at $1."""

LATEST: Final = (
    "select distinct on (kind, id) kind, id, revision, body::text as body from network_item "
    "order by kind, id, revision desc"
)
"""Every item as it was last applied, in force or not."""


OFFERS: Final = """
with asked as (
  select distinct on (id) body from network_item where kind = 'route' and id = any($1::text[]) and effective_from <= $2
  order by id, revision desc
), near as (
  select n.* from network_item as n where kind = 'route' and id = any($1::text[])
  union all select n.* from network_item as n
    where n.kind = 'study' and n.id = any(array(select body ->> 'study' from asked))
  union all select n.* from network_item as n
    where n.kind = 'site' and n.id = any(array(select body ->> 'site' from asked))
  union all select n.* from network_item as n where n.kind = 'agreement'
  union all select n.* from network_item as n
    join (select distinct body ->> 'material' as material from asked) as a
    on n.kind = 'material' and starts_with(n.id, a.material || '@')
), now as (
  select distinct on (kind, id) kind, id, body from near where effective_from <= $2 order by kind, id, revision desc
)
select kind, id, body::text as body from now
where kind <> 'agreement' or body ->> 'partner' in (select body ->> 'partner' from asked)
"""
"""Routes $1 at $2 with their studies, sites, materials and their partners' agreements."""

ADD: Final = """
insert into network_item (kind, id, revision, effective_from, reviewed_on, body, applied_by, applied_at)
select kind, id,
  1 + coalesce((select max(revision) from network_item as o where o.kind = n.kind and o.id = n.id), 0),
  effective_from, reviewed_on, body::jsonb, $6, $7
from unnest($1::text[], $2::text[], $3::timestamptz[], $4::date[], $5::text[])
  as n(kind, id, effective_from, reviewed_on, body)
"""
"""The next revision of each item."""


def item_of(row: Mapping[str, Any]) -> AnyItem:
    """A stored revision; what it says was checked when it was applied."""
    return _read(row["kind"], row["body"])


@lru_cache(maxsize=2_000)
def _read(kind: str, body: str) -> AnyItem:
    """The same text is the same item, and items do not change: a door reads the same few for every request."""
    return OF_KIND[kind].model_validate_json(body)
