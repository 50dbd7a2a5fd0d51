"""A reader: one service hearing one stream, for as long as the process lives (delivery.md, "Reading")."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition
from faststream.kafka import KafkaBroker
from faststream.kafka.subscriber.usecase import BatchSubscriber

from services.chassis.consume import tell
from services.chassis.consume.assignment import Assignment
from services.chassis.consume.broker import IDLE_POLL_MS, POLL_MS, Partitions, batch_broker
from services.chassis.consume.decode import Record
from services.chassis.consume.kafka import assert_fetching, ends_of, pause
from services.chassis.consume.lag import behind
from services.chassis.consume.poll import Polls
from services.chassis.consume.upkeep import look_after, take_up_halfway
from services.chassis.database import Database
from services.chassis.service import Reads
from services.chassis.strays import no_strays

SESSION_TIMEOUT: Final = 30.0
STUCK_AFTER: Final = 30.0
"""Seconds with unread records, an answering Kafka and no poll done, before the consumer is made anew."""

_TICK: Final = 0.2
_IDLE_AFTER: Final = 1.0
_COMMIT_EVERY: Final = 1.0
_LOOK_EVERY: Final = 10.0
_SETTLE_PATIENCE: Final = 3.0
_START_PATIENCE: Final = 30.0
_COMMIT_PATIENCE: Final = 5.0
_STOP_PATIENCE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Progress:
    """What the watchdog asks (P13). `at`: monotonic seconds when a poll was last done with; `behind`: there is work.

    `waiting` names what a poll is held for: a transient error's class, or `paused`.
    """

    connected: bool
    at: float
    behind: bool
    waiting: str | None


class Reader:
    """Reads one stream for one service, in a group; any number may run beside each other."""

    def __init__(
        self,
        database: Database,
        reads: Reads,
        *,
        kafka: str,
        namespace: str,
        session_timeout: float = SESSION_TIMEOUT,
        stuck_after: float = STUCK_AFTER,
    ) -> None:
        self.stream = reads.stream
        self.topic = reads.stream.topic(namespace)
        self.group = f"{namespace}.{database.service}.{reads.stream.name}"
        self._database = database
        self._reads = reads
        self._kafka = kafka
        self._session_timeout = session_timeout
        self._stuck_after = stuck_after
        self._assignment = Assignment(database, reads.stream, self.topic)
        self._polls = Polls(database, reads, self.topic, self._assignment)
        self._subscriber: BatchSubscriber | None = None
        self._connected = False
        self._behind = False
        self._away_at = 0.0
        self._committed: dict[int, int] = {}

    @property
    def progress(self) -> Progress:
        """How it is doing."""
        return Progress(self._connected, self._polls.at, self._behind, self._polls.waiting)

    @property
    def at(self) -> dict[int, int]:
        """The next offset of each partition owned now."""
        return dict(self._assignment.next)

    @property
    def tails(self) -> dict[int, bool]:
        """The partitions owned now: whether there are unread records, as far as the last fetch told."""
        consumer = self._consumer
        return {p: consumer is None or self._unread(consumer, p) for p in list(self._assignment.next)}

    def broker(self) -> tuple[KafkaBroker, BatchSubscriber]:
        """A new broker with this reader's one subscriber; `run` starts it."""
        return batch_broker(
            self._kafka,
            topic=self.topic,
            group=self.group,
            session_timeout=self._session_timeout,
            partitions=Partitions(self._gained, self._assignment.lose),
            take=self._take,
        )

    async def run(self, stop: asyncio.Event) -> None:
        """Read until `stop`. Kafka being away, at the start or later, is waited for as long as it takes."""
        self._polls.stop = stop
        attempt = 0
        while not stop.is_set():
            broker, subscriber = self.broker()
            self._assignment.lose(set(self._assignment.next))
            self._subscriber = subscriber
            try:
                with no_strays():
                    if await _started(broker, stop):
                        attempt, self._connected = 0, True
                        await self._watch(stop)
            except Exception as error:
                attempt += 1
                tell.waits(self._database.service, self.stream.name, error, attempt)
            finally:
                self._subscriber, self._connected = None, False
                await _closed(broker)
            await pause(stop, min(5.0, 0.1 * 2 ** min(attempt, 8)))

    async def _take(self, records: Sequence[Record]) -> None:
        consumer = self._consumer
        if consumer is not None:  # else this poll is of a consumer that was given up
            await self._polls.take(consumer, records)

    async def _gained(self, partitions: set[int]) -> None:
        """Settle at once if the database and Kafka answer soon; else `_watch` does it, and nothing is read before."""
        self._assignment.gain(partitions)
        if self._consumer is not None:
            await self._settled(self._consumer)

    async def _settled(self, consumer: AIOKafkaConsumer) -> None:
        try:
            await asyncio.wait_for(self._assignment.settle(consumer), _SETTLE_PATIENCE)
        except Exception as error:
            tell.waits(self._database.service, self.stream.name, error, 1)

    async def _watch(self, stop: asyncio.Event) -> None:
        """Until stop, or until this consumer is stuck."""
        committed_at = looked_at = time.monotonic()
        while not stop.is_set():
            await pause(stop, _TICK)
            consumer, now = self._consumer, time.monotonic()
            if consumer is None:
                return
            assert_fetching(consumer)
            self._pace(now)
            if self._assignment.unsettled:
                await self._settled(consumer)
            if now - committed_at >= _COMMIT_EVERY:
                committed_at = now
                await self._commit(consumer)
            if now - looked_at >= min(_LOOK_EVERY, self._stuck_after):
                looked_at = now
                if await self._is_stuck(consumer):
                    return
        if self._consumer is not None:
            await self._commit(self._consumer)

    def _pace(self, now: float) -> None:
        """Poll less often while nothing comes."""
        if self._subscriber is not None:
            self._subscriber.batch_timeout_ms = POLL_MS if now - self._polls.at < _IDLE_AFTER else IDLE_POLL_MS

    async def _commit(self, consumer: AIOKafkaConsumer) -> None:
        """Tell Kafka where we are, for dashboards and autoscaling; nobody starts from it, so a failure is nothing."""
        offsets = {TopicPartition(self.topic, p): n for p, n in self._assignment.next.items()}
        moved = {place: n for place, n in offsets.items() if self._committed.get(place.partition) != n}
        if not moved:
            return
        try:
            await asyncio.wait_for(consumer.commit(moved), _COMMIT_PATIENCE)
        except Exception as error:
            tell.commit_failed(self._database.service, self.stream.name, error)
        else:
            self._committed.update({place.partition: n for place, n in moved.items()})

    async def _is_stuck(self, consumer: AIOKafkaConsumer) -> bool:
        """Look after gauges and gaps. Stuck: Kafka answers all the while, there are records, no poll comes."""
        try:
            ends = await ends_of(consumer, self.topic, consumer.partitions_for_topic(self.topic) or ())
        except Exception as error:
            self._connected = False  # unready, not dead
            self._away_at = time.monotonic()
            tell.waits(self._database.service, self.stream.name, error, 1)
            return False
        self._connected = True
        try:
            await look_after(self._database, self.stream.name, self.topic, ends)
            await take_up_halfway(self._database, self._reads)
        except Exception as error:
            tell.waits(self._database.service, self.stream.name, error, 1)
        left = sum(behind({p: ends[p] for p in self._assignment.next if p in ends}, self._assignment.next).values())
        self._behind = left > 0
        idle = time.monotonic() - max(self._polls.at, self._polls.began, self._away_at)
        if not left or self._polls.waiting or idle < self._stuck_after:
            return False
        tell.stuck(self._database.service, self.stream.name, left)
        return True

    def _unread(self, consumer: AIOKafkaConsumer, partition: int) -> bool:
        place = TopicPartition(self.topic, partition)
        if place not in consumer.assignment():
            return True
        end = consumer.highwater(place)
        return end is None or self._assignment.next.get(partition, 0) < end

    @property
    def _consumer(self) -> AIOKafkaConsumer | None:
        return self._subscriber.consumer if self._subscriber is not None else None


async def _started(broker: KafkaBroker, stop: asyncio.Event) -> bool:
    """True when connected, False when told to stop meanwhile; a frozen Kafka holds neither up (P14)."""
    starting = asyncio.create_task(broker.start())
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({starting, stopping}, timeout=_START_PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            await starting
            return True
        if stop.is_set():
            return False
        raise TimeoutError("Kafka takes connections and says nothing")
    finally:
        for task in (starting, stopping):
            task.cancel()
        await asyncio.wait({starting, stopping}, timeout=1)


async def _closed(broker: KafkaBroker) -> None:
    """Stop a broker that may hang (a frozen Kafka never answers): what it holds open ends with the process."""
    try:
        with no_strays():
            await asyncio.wait_for(broker.stop(), _STOP_PATIENCE)
    except Exception:
        tell.abandoned()
