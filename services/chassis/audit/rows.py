"""The tables `audit` and `audit_link`: to a service both are only added to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from services.chassis.audit.chain import Link, Row
from services.chassis.work import Work

_ROW: Final = "a.id, a.at, a.actor, a.act, a.subject, a.scope, a.detail::text as detail"
_LINK: Final = "l.n, l.row_id, l.hash, l.sealed_at, l.looked_at, l.signer, l.signature"

_CLAIM: Final = """
select pg_try_advisory_xact_lock(hashtextextended('audit:' || current_schema, 0)) as mine, clock_timestamp() as now
"""

_UNSEALED: Final = f"""
select {_ROW}, clock_timestamp() as seen from audit a
where a.id >= $1 and not exists (select from audit_link l where l.row_id = a.id) order by a.id limit $2
"""  # noqa: S608 - a list of columns

_SEAL: Final = """
insert into audit_link (n, row_id, hash, sealed_at, looked_at, signer, signature)
select * from unnest(
  $1::bigint[], $2::uuid[], $3::bytea[], $4::timestamptz[], $5::timestamptz[], $6::text[], $7::bytea[]
)
"""

_PAGE: Final = f"""
select {_LINK}, {_ROW} from audit_link l left join audit a on a.id = l.row_id
where $1::bigint is null or (l.n, l.row_id) > ($1, $2) order by l.n, l.row_id limit $3
"""  # noqa: S608

# Links outside 1..n are none of ours: a row that only such a link names was never sealed.
_STRANDED: Final = """
select count(*) as rows, (array_agg(a.id order by a.id) filter (
  where clock_timestamp() - a.at > $2 or a.at > clock_timestamp()
))[1] as old
from audit a where not exists (select from audit_link l where l.row_id = a.id and l.n between 1 and $1)
"""

_ACTS: Final = f"""
select {_ROW}, l.n from audit a left join audit_link l on l.row_id = a.id
where ($1::text is null or a.actor = $1) and ($2::text is null or a.act = $2)
  and ($3::text is null or a.subject = $3) and ($4::timestamptz is null or a.at >= $4)
order by a.id desc limit $5
"""  # noqa: S608

_OVERLAP: Final = timedelta(hours=1)
"""Rows come to light within 30 s of their id's time; a look goes back this far, the first of a process to the start."""


async def claim(work: Work) -> datetime | None:
    """The time by the database's clock, for the one sealer there is until this work ends; None for another."""
    row = await work.one(_CLAIM)
    assert row is not None
    return row["now"] if row["mine"] else None


async def head(work: Work) -> Link | None:
    """The chain's last link."""
    row = await work.one(f"select {_LINK} from audit_link l order by n desc limit 1")  # noqa: S608
    return None if row is None else link_of(dict(row))


async def hash_at(work: Work, n: int) -> bytes | None:
    """The hash at a place of the chain."""
    found: bytes | None = await work.value("select hash from audit_link where n = $1", n)
    return found


async def unsealed(work: Work, looked: datetime | None, limit: int) -> tuple[list[Row], datetime | None]:
    """Rows without a place, in the order of their ids, and a time by which all of them were there."""
    low = UUID(int=0) if looked is None else UUID(int=int((looked - _OVERLAP).timestamp() * 1000) << 80)
    rows = await work.fetch(_UNSEALED, low, limit)
    return [row_of(dict(row)) for row in rows], max((row["seen"] for row in rows), default=None)


async def save(work: Work, links: Sequence[Link]) -> None:
    """Add links, in one statement."""
    columns = [
        [getattr(link, name) for link in links]
        for name in ("n", "row", "hash", "sealed_at", "looked_at", "signer", "signature")
    ]
    await work.run(_SEAL, *columns)


async def page(work: Work, after: Link | None, limit: int) -> list[tuple[Link, Row | None]]:
    """The next links in the order of their places, each with its row, None where it is gone."""
    place = (after.n, after.row) if after else (None, None)
    rows = await work.fetch(_PAGE, *place, limit)
    return [(link_of(dict(row)), None if row["id"] is None else row_of(dict(row))) for row in rows]


async def stranded(work: Work, last: int, older_than: timedelta) -> tuple[int, UUID | None]:
    """How many rows have no place in a chain of `last` links, and the first of them that is that old."""
    row = await work.one(_STRANDED, last, older_than)
    assert row is not None
    return row["rows"], row["old"]


async def acts(
    work: Work, actor: str | None, act: str | None, subject: str | None, since: datetime | None, *, limit: int
) -> list[tuple[int | None, Row]]:
    """The newest acts that fit, newest first, each with its place; None where it has none yet."""
    rows = await work.fetch(_ACTS, actor, act, subject, since, limit)
    return [(row["n"], row_of(dict(row))) for row in rows]


def row_of(row: Mapping[str, Any]) -> Row:
    """An audit row as it was read."""
    return Row(row["id"], row["at"], row["actor"], row["act"], row["subject"], row["scope"], row["detail"])


def link_of(row: Mapping[str, Any]) -> Link:
    """A link as it was read."""
    return Link(
        row["n"], row["row_id"], row["hash"], row["sealed_at"], row["looked_at"], row["signer"], row["signature"]
    )
