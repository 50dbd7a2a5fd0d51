"""What the outbox is told after Kafka answered. Each statement checks the term: a late relay changes nothing."""

from collections.abc import Sequence
from typing import Final

from contracts.streams import Stream, partition_of
from services.chassis.relay.poll import Row
from services.chassis.work import Work

# FOR SHARE: nobody takes a shard over between this check and the commit, and who has taken it over is seen here.
_MINE: Final = """
with mine as (
  select lease.shard from relay_lease as lease join unnest($2::smallint[], $3::bigint[]) as polled(shard, term)
    using (shard, term)
  where lease.owner = $1 and lease.until > clock_timestamp() order by lease.shard for share of lease
)"""

_MARK: Final = f"""{_MINE}, marked as (
  update outbox set sent_at = clock_timestamp(), body = case when stream = any ($7) then null else body end
  from mine where outbox.shard = mine.shard and outbox.id = any ($4) and outbox.created between $5 and $6
    and outbox.sent_at is null
  returning outbox.shard
)
select mine.shard, count(marked.shard) as marked from mine left join marked using (shard) group by mine.shard
"""  # noqa: S608 - both parts stand in this file

_HOLD: Final = f"""{_MINE}, holding as (
  update outbox set held = true from mine
  where outbox.shard = mine.shard and outbox.stream = $4 and outbox.key = $5
    and outbox.sent_at is null and not outbox.held
  returning outbox.id
)
select count(*) from holding
"""  # noqa: S608 - both parts stand in this file

_AGAIN: Final = """
update outbox set sent_at = null, held = false
where shard = $1 and stream = $2 and key = $3 and version = $4 and body is not null returning id
"""
_RELEASE: Final = "update outbox set held = false where shard = $1 and stream = $2 and key = $3 and held"


class ResendRefused(ValueError):
    """The stream's bodies are forgotten once Kafka has them (tokens): there is nothing to send again."""


class NothingToResend(LookupError):
    """The outbox has no such fact, or not any more: it is kept for three days."""


async def mark_sent(work: Work, owner: str, rows: Sequence[Row], blank: Sequence[str]) -> dict[int, int]:
    """Mark acknowledged rows sent; bodies of the `blank` streams are forgotten. Answers marked rows by shard.

    A shard that is missing in the answer is not ours any more: its rows are the next owner's, who sends them again.
    """
    terms = {row.shard: row.term for row in rows}
    marked = await work.fetch(
        _MARK,
        owner,
        list(terms),
        list(terms.values()),
        [row.id for row in rows],
        min(row.created for row in rows),
        max(row.created for row in rows),
        list(blank),
    )
    return {row["shard"]: row["marked"] for row in marked}


async def hold_key(work: Work, owner: str, stream: str, row: Row) -> int:
    """Hold every unsent fact of a refused fact's key; its later ones wait too (poll.py). Answers how many."""
    return int(await work.value(_HOLD, owner, [row.shard], [row.term], stream, row.head.key))


async def resend(work: Work, stream: Stream, key: str, version: int) -> None:
    """`baton outbox resend`: send one fact again, a repeat to every reader; a held key is tried again as a whole.

    Raises:
        ResendRefused: the stream is blanked after sending.
        NothingToResend: no such row.
    """
    if stream.blank_after_send:
        raise ResendRefused(stream.name)
    shard = partition_of(key)
    if not await work.fetch(_AGAIN, shard, stream.name, key, version):
        raise NothingToResend(f"{stream.name} version {version}")
    await work.run(_RELEASE, shard, stream.name, key)
