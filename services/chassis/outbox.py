"""What an operator may ask of an outbox: what waits in it, and to send a fact once more while its row exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from contracts.streams import Stream
from services.chassis.audit import audit
from services.chassis.work import Work

_WAITING: Final = """
select stream, key, min(version) as first, count(*) as facts, bool_or(held) as held,
  extract(epoch from clock_timestamp() - min(created)) as age
from outbox where sent_at is null group by stream, key order by min(id) limit $1
"""

_ROW: Final = "select sent_at, held, body is null as blank from outbox where stream = $1 and key = $2 and version = $3"

_AGAIN: Final = (
    "update outbox set sent_at = null where stream = $1 and key = $2 and version = $3 and sent_at is not null"
)

_LET_GO: Final = """
with gone as (update outbox set held = false where stream = $1 and key = $2 and held and sent_at is null returning 1)
select count(*) from gone
"""


@dataclass(frozen=True, slots=True)
class Waiting:
    """One key's unsent facts: `facts` from version `first` on, the oldest `age` seconds old.

    `held`: Kafka refused one of them for what it says, and the rest wait behind it.
    """

    stream: str
    key: str
    first: int
    facts: int
    held: bool
    age: float


class NotThere(LookupError):
    """There is no such row any more: sent rows are kept for three days."""


class Forgotten(LookupError):
    """The row is there, its body is not: this stream's bodies are forgotten once Kafka has them."""


async def waiting(work: Work, most: int = 1000) -> Sequence[Waiting]:
    """Keys with unsent facts, oldest first, `most` at most."""
    return [Waiting(**{**dict(row), "age": float(row["age"])}) for row in await work.fetch(_WAITING, most)]


async def resend(work: Work, stream: Stream, key: str, version: int) -> int:
    """Have the relay send this fact again, under its own id and version; readers skip it as a repeat.

    A held fact is let go together with the key's other held ones, in their order. The number of facts that go out.

    Raises:
        NotThere: no such row, or it was never sent and goes out anyway.
        Forgotten: the body is gone.
    """
    row = await work.one(_ROW, stream.name, key, version)
    if row is None or (row["sent_at"] is None and not row["held"]):
        raise NotThere(stream.name)
    if row["blank"]:
        raise Forgotten(stream.name)
    await audit(work, "fact_resent", f"key:{key}", {"stream": stream.name, "version": version})
    if row["held"]:
        return int(await work.value(_LET_GO, stream.name, key))
    await work.run(_AGAIN, stream.name, key, version)
    return 1
