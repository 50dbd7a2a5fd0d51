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


OFFER: Final = """
with asked as (
  select body from network_item where kind = 'route' and id = $1 and effective_from <= $2 order by revision desc limit 1
), near as (
  select n.* from network_item as n where kind = 'route' and id = $1
  union all select n.* from network_item as n, asked as a where n.kind = 'study' and n.id = a.body ->> 'study'
  union all select n.* from network_item as n, asked as a where n.kind = 'site' and n.id = a.body ->> 'site'
  union all select n.* from network_item as n where n.kind = 'agreement'
  union all select n.* from network_item as n, asked as a
    where n.kind = 'material' and starts_with(n.id, (a.body ->> 'material') || '@')
), now as (
  select distinct on (kind, id) kind, id, body from near where effective_from <= $2 order by kind, id, revision desc
)
select n.kind, n.id, n.body::text as body from now as n, asked as a
where n.kind <> 'agreement' or n.body ->> 'partner' = a.body ->> 'partner'
"""
"""Route $1 at $2 with its study, site, material and its partner's agreements."""

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
