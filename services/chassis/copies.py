"""A service's own copy of a `latest` stream: the newest state of every key, and placeholders for keys not heard of yet.

Between streams there is no order, so a fact may name a key that this service has not heard of. Whoever finds a row
missing inserts its placeholder and keeps it locked; the handler that fills it then sees who waits (delivery.md).
Only intake and sla store staff addresses (architecture.md, data classes): `Copies(keeps_addresses=True)`.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import asyncpg

from contracts.envelope import KNOWN, Fact, FactBody, body_bytes
from contracts.says import DataClass, names_of
from contracts.streams import NETWORK, Stream
from services.chassis.work import Work

_STORE: Final = """
insert into copy as c (stream, key, version, type, body)
select $1, key, version, type, body::jsonb
from unnest($2::text[], $3::bigint[], $4::text[], $5::text[]) as said(key, version, type, body) order by key
on conflict (stream, key) do update set version = excluded.version, type = excluded.type, body = excluded.body
where c.version < excluded.version
"""

_READ: Final = "select key, type, body from copy where stream = $1 and key = any($2::text[]) and body is not null"

_READ_NAMED: Final = """
with direct as (select key, type, body from copy where stream = $1 and key = any($2::text[]) and body is not null)
select key, type, body from direct union
select c.key, c.type, c.body from direct as d cross join lateral (
  select key, type, body from copy
  where stream = $1 and key = $3::text || '/' || (d.body ->> $3::text) and body is not null offset 0
) as c
"""

_PLACE: Final = """
insert into copy (stream, key) select $1, key from unnest($2::text[]) as missing(key) order by key
on conflict (stream, key) do nothing
"""

_LOCK: Final = "select key, type, body from copy where stream = $1 and key = any($2::text[]) order by key for update"


class Copies:
    """The newest facts of one `latest` stream, in this service's schema."""

    def __init__(self, stream: Stream = NETWORK, *, keeps_addresses: bool = False) -> None:
        self._stream = stream.name
        self._keeps_addresses = keeps_addresses

    async def store(self, work: Work, facts: Sequence[Fact[Any]]) -> None:
        """Keep these, unless a newer version is here: one statement, keys in order."""
        newest = {fact.key: fact for fact in sorted(facts, key=lambda fact: fact.version)}
        if not newest:
            return
        kept = sorted(newest.values(), key=lambda fact: fact.key)
        await work.run(
            _STORE,
            self._stream,
            [fact.key for fact in kept],
            [fact.version for fact in kept],
            [fact.body.type_name for fact in kept],
            [self._written(fact) for fact in kept],
        )

    async def present(self, work: Work, keys: Iterable[str]) -> Mapping[str, FactBody]:
        """What is known of these keys, read without a lock."""
        return _bodies(await work.fetch(_READ, self._stream, sorted(set(keys))))

    async def present_with_named(self, work: Work, keys: Iterable[str], field: str) -> Mapping[str, FactBody]:
        """The same, and what they name in `field` (a route's `pool`: the item `pool/<that>`); one statement."""
        return _bodies(await work.fetch(_READ_NAMED, self._stream, sorted(set(keys)), field))

    async def known(self, work: Work, keys: Iterable[str]) -> Mapping[str, FactBody]:
        """What is known of these keys; each missing one gets a placeholder row, locked until this work ends."""
        wanted = sorted(set(keys))
        found = dict(await self.present(work, wanted))
        missing = [key for key in wanted if key not in found]
        if missing:
            await work.run(_PLACE, self._stream, missing)
            found.update(_bodies(await work.fetch(_LOCK, self._stream, missing)))
        return found

    async def of_kind(self, work: Work, kind: str) -> Mapping[str, FactBody]:
        """Everything known under `kind/...`."""
        rows = await work.fetch(
            "select key, type, body from copy where stream = $1 and starts_with(key, $2) and body is not null",
            self._stream,
            f"{kind}/",
        )
        return _bodies(rows)

    def _written(self, fact: Fact[Any]) -> str:
        """As received: what a newer writer added is there for the release that knows it (P15)."""
        received = json.loads(fact.raw or body_bytes(fact.body))
        hidden = () if self._keeps_addresses else names_of(type(fact.body), DataClass.STAFF_ADDRESS)
        return json.dumps({name: value for name, value in received.items() if name not in hidden})


def _bodies(rows: "Iterable[asyncpg.Record]") -> dict[str, FactBody]:
    """Rows as facts; a placeholder is no body."""
    return {
        row["key"]: KNOWN[row["type"]].model_validate(row["body"])
        for row in rows
        if row["body"] is not None and row["type"] in KNOWN
    }
