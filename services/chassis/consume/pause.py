"""The pause rule: a fault of ours must not park everybody (more than 20 keys within 2,000 facts)."""

from typing import Final

from contracts.streams import Stream
from services.chassis.audit import audit
from services.chassis.consume import parked
from services.chassis.consume.rules import MOST_PARKED, WINDOW, State
from services.chassis.work import Work

_PAUSE: Final = """
with failed as (
  select p.key, p.mark from parked as p join reader as r using (stream)
  where p.stream = $1 and p.why = any($2::text[]) and p.parked_at > r.since
)
update reader set state = 'paused', since = clock_timestamp()
where stream = $1 and state <> 'paused'
  and $4 < (select count(distinct key) from failed where mark > (select max(mark) from failed) - $3)
returning stream
"""

_RESUME: Final = """
update reader set state = 'running', since = clock_timestamp() where stream = $1 and state = 'paused' returning stream
"""

_END_BOOTSTRAP: Final = "update reader set state = 'running' where stream = $1 and state = 'bootstrapping'"


async def pause_if_too_many(work: Work, stream: Stream) -> bool:
    """Record the reader as paused when too many keys were just parked for errors that time does not mend."""
    return await work.value(_PAUSE, stream.name, parked.permanent(), WINDOW, MOST_PARKED) is not None


async def resume(work: Work, stream: str) -> bool:
    """Let a paused reader go on (`baton parked resume`); False when it was not paused. Counting starts anew."""
    resumed = await work.value(_RESUME, stream) is not None
    if resumed:
        await audit(work, "reader_resumed", f"stream:{stream}")
    return resumed


async def is_paused(work: Work, stream: str) -> bool:
    """Whether the reader waits for `resume`."""
    state = await work.value("select state from reader where stream = $1", stream)
    return state is not None and State(state) is State.PAUSED


async def end_bootstrap(work: Work, stream: str) -> None:
    """The reader has seen the end of every partition: from now on a missing version is a gap."""
    await work.run(_END_BOOTSTRAP, stream)
