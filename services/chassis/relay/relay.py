"""The relay of one service: leases, rounds, watermarks and the outbox's days, until it is told to stop."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from contracts.streams import WATERMARKS, Stream
from services.chassis.database import Database
from services.chassis.relay.days import EVERY as DAYS_EVERY
from services.chassis.relay.days import keep_days
from services.chassis.relay.lease import Leases
from services.chassis.relay.pace import SHORTEST, backoff, next_pause
from services.chassis.relay.publish import Publisher, TooManyAbandoned
from services.chassis.relay.ship import Shipping, Turn
from services.chassis.relay.watermark import EVERY as WATERMARK_EVERY
from services.chassis.relay.watermark import Look, look, watermarks
from services.chassis.strays import no_strays
from services.chassis.telemetry import metrics
from services.chassis.telemetry.logs import get_logger
from services.chassis.topics import check_topics

LEASE_SECONDS: Final = 10.0
"""A dead relay's shards stand still this long; `leave` gives them back at once."""

_RENEWALS: Final = 8
"""Leases are looked after this often while one runs: shards move to a new relay within little over a second."""

LOOK_AGAIN: Final = 5.0
"""Seconds until a topic that took nothing is looked at again."""

_DAYS_AGAIN: Final = 30.0
_LAST_SECONDS: Final = 2.0
_LEAVE_SECONDS: Final = 3.0


@dataclass(frozen=True, slots=True)
class Progress:
    """For the watchdog (P13). `at`: `time.monotonic()` of the last round that sent something or found nothing to do."""

    at: float
    busy: bool
    """there is something to send, or it is not known"""


class TopicsDiffer(RuntimeError):
    """A topic is missing or not as `streams.py` says: run `baton topics`. Nothing is sent until then."""


class Relay:
    """Publishes what `streams` of one service's outbox hold; any number may run, they share the shards.

    `beat` is called after each round that got on. `patience` is how many seconds Kafka has for one answer.
    """

    def __init__(
        self,
        database: Database,
        kafka: str,
        namespace: str,
        streams: Sequence[Stream],
        *,
        lease_seconds: float = LEASE_SECONDS,
        patience: float = 5.0,
        beat: Callable[[], None] = lambda: None,
    ) -> None:
        self.owner: Final = uuid4().hex
        self.progress = Progress(time.monotonic(), busy=False)
        self.ready = False
        """for /readyz: topics were right when it began, and the last round got on"""
        self.publisher: Final = Publisher(kafka, database.service, patience=patience)
        self.leases: Final = Leases(database, self.owner, lease_seconds)
        self.shipping: Final = Shipping(database, self.publisher, self.leases, self.owner, namespace)
        self._database = database
        self._kafka = kafka
        self._namespace = namespace
        self._streams = {stream.name: stream for stream in streams}
        self._lease_every = lease_seconds / _RENEWALS
        self._beat = beat
        self._due: dict[str, float] = {}
        self._terms: dict[int, int] = {}
        self._failures = 0
        self._started = False
        self._pause = SHORTEST
        self._log = get_logger("relay")

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop` is set; then there is one last round, the leases are given back, the producer is stopped.

        A database or Kafka that is away is waited for. Raises TooManyAbandoned: the process is to end at once.
        """
        try:
            while not stop.is_set():
                if await self._got_on():
                    await self._database.written.wait(self._pause)
                else:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(stop.wait(), backoff(self._failures))
            if not self._failures:  # what others wrote while they ended
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._got_on(), _LAST_SECONDS)
        finally:
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.leases.leave(), _LEAVE_SECONDS)
            await self.publisher.close()

    async def _got_on(self) -> bool:
        """One round; False when it failed."""
        try:
            with no_strays():
                turn = await self.round()
        except TooManyAbandoned:
            raise
        except TopicsDiffer:  # it waits for a person; to be ended by the watchdog would not help
            self._failures += 1
            self.ready = False
            self._moved(busy=False)
            return False
        except Exception as error:
            self._failures += 1
            self.ready = False
            self.progress = Progress(self.progress.at, busy=True)
            self._log.warning("a round failed", exc_info=error, attempt=self._failures)
            return False
        self._failures = 0
        self.ready = True
        waits = turn.found > turn.sent or turn.stuck
        if turn.sent or not waits:
            self._moved(busy=waits)
        else:
            self.progress = Progress(self.progress.at, busy=True)
        self._pause = next_pause(self._pause, turn.sent)
        return True

    def _moved(self, *, busy: bool) -> None:
        self.progress = Progress(time.monotonic(), busy)
        self._beat()

    async def round(self) -> Turn:
        """One round: look after days, topics and leases when due, send and mark, say the watermarks when due."""
        await self._days_when_due()
        if not self._started or (self.shipping.in_trouble and self._is_due("topics")):
            await self._check_topics()
            self._next("topics", LOOK_AGAIN)
        if self._is_due("leases"):
            await self.leases.keep()
            self._next("leases", self._lease_every)
        self._forget_lost_ends()
        try:
            turn = await self.shipping.turn(self._streams)
        except Exception:
            await self._watermark_when_due()
            raise
        await self._watermark_when_due()
        return turn

    async def _days_when_due(self) -> None:
        """A day that cannot be made or dropped stops no fact: until it is, new rows wait in the default partition."""
        if not self._is_due("days"):
            return
        self._next("days", DAYS_EVERY)
        try:
            await keep_days(self._database)
        except Exception as error:
            self._log.error("the outbox's days were not looked after", exc_info=error)
            self._next("days", _DAYS_AGAIN)

    def _is_due(self, what: str) -> bool:
        return time.monotonic() >= self._due.get(what, 0.0)

    def _next(self, what: str, seconds: float) -> None:
        self._due[what] = time.monotonic() + seconds

    async def _check_topics(self) -> None:
        """At the start every topic must be right; in trouble a stream whose topic is gone is shut until it is."""
        wrong = await check_topics(self._kafka, self._namespace, [*self._streams.values(), WATERMARKS])
        for difference in wrong:
            self._log.error("a topic is not as it must be", topic=difference.topic, reason=difference.what)
        if wrong and not self._started:
            raise TopicsDiffer("; ".join(map(str, wrong)))
        self._started = True
        faults = {difference.topic: difference for difference in wrong}
        for name, stream in self._streams.items():
            fault = faults.get(stream.topic(self._namespace))
            if fault is None:
                self.shipping.shut.discard(name)
            elif fault.found is None:
                self.shipping.shut_stream(name)

    def _forget_lost_ends(self) -> None:
        """An end is known for one term only: somebody else may have sent in between."""
        terms = {shard: lease.term for shard, lease in self.leases.held.items()}
        kept = {shard for shard, term in terms.items() if self._terms.get(shard) == term}
        self.shipping.ends = {place: end for place, end in self.shipping.ends.items() if place[1] in kept}
        self._terms = terms

    async def _watermark_when_due(self) -> None:
        """Measured always, said when there is a producer. A look over a long backlog makes the next one come later."""
        if not self._is_due("watermark"):
            return
        before = time.monotonic()
        self._next("watermark", WATERMARK_EVERY)
        async with self._database.work(f"system:{self._database.service}") as work:
            seen = await look(work, self.owner, self.leases.held)
        self._measure(seen)
        self._due["watermark"] = max(self._due["watermark"], before + 5 * (time.monotonic() - before))
        if self.publisher.is_open and seen.terms and self._streams:
            await self._say_watermarks(seen)

    async def _say_watermarks(self, seen: Look) -> None:
        """A watermark that cannot be sent costs a later one, never the facts."""
        await self._ask_ends()
        names = [name for name in self._streams if name not in self.shipping.shut]
        record = watermarks(self._database.service, seen, names, self.leases.held, self.shipping.ends)
        try:
            batch = self.publisher.fill([(record.service.encode(), record.model_dump_json().encode(), [])])
            await self.publisher.send(batch, WATERMARKS.topic(self._namespace), 0)
        except Exception as error:
            self._log.warning("a watermark was not sent", exc_info=error)
            await self.publisher.discard()

    async def _ask_ends(self) -> None:
        """Ask Kafka for the ends no acknowledgement has told: of leases just taken, of answers without an offset."""
        for name, stream in self._streams.items():
            topic = stream.topic(self._namespace)
            asked = [(topic, shard) for shard in self._terms if (name, shard) not in self.shipping.ends]
            if not asked or name in self.shipping.shut or not self._is_due(topic):
                continue
            try:
                ends = await self.publisher.ends(asked)
            except Exception as error:
                self._log.warning("the ends of a topic are not known", exc_info=error, topic=topic)
                self._next(topic, LOOK_AGAIN)
            else:
                self.shipping.ends.update({(name, shard): end for (_, shard), end in ends.items()})

    def _measure(self, seen: Look) -> None:
        unsent = seen.unsent.values()
        service = self._database.service
        metrics.OUTBOX_OLDEST.set(max((one.age for one in unsent), default=0.0), service=service)
        metrics.OUTBOX_DEPTH.set(sum(one.depth for one in unsent), service=service)
        metrics.OUTBOX_HELD.set(sum(one.waiting for one in unsent), service=service)
