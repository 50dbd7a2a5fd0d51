"""The journal's rows: written once per stream, key and version; bodies as received, staff addresses blanked."""

import json
from collections.abc import AsyncIterator, Iterable, Sequence
from typing import Any, Final
from uuid import UUID

import asyncpg

from contracts.envelope import KNOWN, Fact, FactBody, FactHead, body_bytes
from contracts.streams import partition_of
from services.chassis.consume.decode import staff_addresses
from services.chassis.work import Work

_WRITE: Final = """
insert into journal (stream, key, version, shard, id, type, at, is_test, body)
select $1, key, version, shard, id, type, at, is_test, body::jsonb
from unnest($2::text[], $3::bigint[], $4::smallint[], $5::uuid[], $6::text[], $7::timestamptz[], $8::bool[], $9::text[])
  as t(key, version, shard, id, type, at, is_test, body)
"""

_READ: Final = """
select key, version, id, type, at, is_test, body::text as body from journal
where stream = $1 and shard = $2 and (key, version) > ($3, $4) and type = any($6::text[])
order by key, version limit $5
"""

_SLICE: Final = 2000
_UNKNOWN: Final = UUID(int=0)


async def write_journal(work: Work, facts: Sequence[Fact[Any]]) -> None:
    """Keep these facts of one stream: one statement."""
    if not facts:
        return
    await work.run(
        _WRITE,
        facts[0].body.stream.name,
        [fact.key for fact in facts],
        [fact.version for fact in facts],
        [partition_of(fact.key) for fact in facts],
        [fact.id for fact in facts],
        [fact.body.type_name for fact in facts],
        [fact.time for fact in facts],
        [fact.is_test for fact in facts],
        [_body(fact) for fact in facts],
    )


async def journalled(
    work: Work, stream: str, shard: int, types: Iterable[type[FactBody]]
) -> AsyncIterator[Sequence[Fact[Any]]]:
    """The kept facts of these types of a stream and shard, by key and version, in slices.

    Releases run side by side (P15): what only a newer one knows was applied by that one, and is passed over here.
    """
    after: tuple[str, int] = ("", 0)
    names = [one.type_name for one in types]
    while rows := await work.fetch(_READ, stream, shard, *after, _SLICE, names):
        yield [_fact(stream, row) for row in rows]
        after = (rows[-1]["key"], rows[-1]["version"])


async def received_leads(work: Work, shard: int) -> set[str]:
    """The leads of one shard whose acceptance was reported, tests too."""
    rows = await work.fetch(
        "select key from journal where stream = 'referrals' and shard = $1 and type = 'baton.ReferralReceived.v1'",
        shard,
    )
    return {row["key"] for row in rows}


def _body(fact: Fact[Any]) -> str:
    """As received: what a newer writer added is there for the release that knows it (P15)."""
    body: FactBody = fact.body
    raw, hidden = fact.raw or body_bytes(body), staff_addresses(type(body))
    if not hidden:
        return raw.decode()
    return json.dumps({name: value for name, value in json.loads(raw).items() if name not in hidden})


def _fact(stream: str, row: asyncpg.Record) -> Fact[Any]:
    """A journal row as a fact; what the envelope carried beyond it is not kept."""
    body = KNOWN[row["type"]].model_validate_json(row["body"])
    head = FactHead(
        id=row["id"],
        type=row["type"],
        source=f"/{body.stream.said_by}",
        key=row["key"],
        version=row["version"],
        time=row["at"],
        correlation=_UNKNOWN,
        causation=None,
        actor="system:journal",
        is_test=row["is_test"],
        ignorable=body.ignorable,
    )
    return Fact(head, body)
