"""Waiting for rest: outboxes empty, readers at the end of their streams, no timer overdue, and nothing said meanwhile.

What waits for a person (held and parked keys, held timers, paused readers) is not waited for: it has laws of its own.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from services.chassis.consume.kafka import ends_of, plain_consumer
from services.chassis.consume.lag import behind
from services.chassis.consume.position import positions
from services.chassis.process.world import Serving
from services.chassis.service import Breach
from services.cli.doctor_laws import ACTOR, Verdict

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

LAW: Final = "nothing is under way"

_BETWEEN: Final = 0.25

_COUNTS: Final = """
select
  (select count(*) from outbox as o where sent_at is null
     and not exists (select from outbox as h where h.held and h.stream = o.stream and h.key = o.key)) as unsent,
  (select count(*) from timer where held_at is null and due <= baton_now() and not exists (
     select from heard where heard.partition = timer.shard
       and (heard.held_more > 0 or timer.subject::text = any(heard.held)))) as overdue,
  (select coalesce(sum(version), 0) from head) as said
"""

_PAUSED: Final = "select stream from reader where state = 'paused'"


@dataclass(frozen=True, slots=True)
class Look:
    """One look at the whole house. `said` is how many facts were ever said."""

    said: int
    under_way: tuple[Breach, ...]


async def at_rest(world: Sequence[Serving], kafka: str, namespace: str, wait: float) -> Verdict:
    """Look until two looks in a row find nothing and nothing was said between them; `wait` seconds at most, but twice
    at least: one look alone says nothing about what is being said.
    """
    deadline, before = time.monotonic() + wait, -1
    async with plain_consumer(kafka) as consumer:
        while True:
            look = await look_once(world, consumer, namespace)
            if not look.under_way and look.said == before:
                return Verdict(LAW, len(world))
            if time.monotonic() >= deadline and before >= 0:
                moving = Breach(LAW, "facts", "are still being said")
                return Verdict(LAW, len(world), look.under_way or (moving,))
            before = look.said
            await asyncio.sleep(_BETWEEN)


async def look_once(world: Sequence[Serving], consumer: "AIOKafkaConsumer", namespace: str) -> Look:
    """Along the way of the work: timers and outboxes of all services first, then what is unread."""
    facts, found = 0, []
    for one in world:
        async with one.parts.database.work(ACTOR) as work:
            row = await work.one(_COUNTS)
        assert row is not None
        facts += int(row["said"])
        for what, n in (("facts wait to be sent", row["unsent"]), ("timers are overdue", row["overdue"])):
            if n:
                found.append(Breach(LAW, one.name, f"{n} {what}"))
    for one in world:
        found += await _unread(one, consumer, namespace)
    return Look(facts, tuple(found))


async def said(world: Sequence[Serving]) -> int:
    """How many facts were ever said by these services."""
    total = 0
    for one in world:
        async with one.parts.database.work(ACTOR) as work:
            total += int(await work.value("select coalesce(sum(version), 0) from head"))
    return total


async def _unread(one: Serving, consumer: "AIOKafkaConsumer", namespace: str) -> list[Breach]:
    """What this service's readers have not read; a paused one does not get any further."""
    streams = [reads.stream for reads in one.service.reads]
    ends = {s.name: await ends_of(consumer, s.topic(namespace), range(s.partitions)) for s in streams}
    async with one.parts.database.work(ACTOR) as work:
        paused = {row["stream"] for row in await work.fetch(_PAUSED)}
        at = {stream.name: await positions(work, stream.topic(namespace)) for stream in streams}
    unread = {name: sum(behind(ends[name], at[name]).values()) for name in ends if name not in paused}
    return [Breach(LAW, f"{one.name}, {name}", f"{n} facts are unread") for name, n in unread.items() if n]
