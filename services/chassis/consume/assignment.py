"""Which partitions this reader owns and where it continues in each: always at its own position, never at Kafka's."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError

from contracts.streams import Stream
from services.chassis.consume import heard_rows, tell
from services.chassis.consume.decode import Record
from services.chassis.consume.kafka import bounds
from services.chassis.consume.position import Step, positions, put, recorded_state
from services.chassis.consume.rules import From, Start, State, start_at
from services.chassis.database import Database
from services.chassis.work import Work

Polled = dict[int, list[Record]]
"""One poll, by partition, in offset order."""


class Assignment:
    """The partitions of one consumer. Records of a partition count only from where this reader has sought to."""

    def __init__(self, database: Database, stream: Stream, topic: str) -> None:
        self._database = database
        self._stream = stream
        self._topic = topic
        self._sought: set[int] = set()
        self._lock = asyncio.Lock()
        self.next: dict[int, int] = {}
        """offset to continue at; a partition that is not in here is not read from"""
        self.unsettled: set[int] = set()
        self.adopts: frozenset[int] = frozenset()
        """partitions whose beginning has expired, while bootstrapping"""
        self.state = State.RUNNING

    def lose(self, partitions: Iterable[int]) -> None:
        """Nothing of these counts any more."""
        for partition in partitions:
            self.next.pop(partition, None)
            self.unsettled.discard(partition)

    def gain(self, partitions: Iterable[int]) -> None:
        """These are ours, as soon as they are settled."""
        self.unsettled |= set(partitions)
        for partition in self.unsettled:
            self.next.pop(partition, None)

    async def settle(self, consumer: AIOKafkaConsumer) -> None:
        """Seek every unsettled partition to its stored position, or to where `start_at` says. Kafka, then database.

        Raises what Kafka and the database raise; nothing is half done then, and it can be called again.
        """
        async with self._lock:
            partitions = sorted(self.unsettled)
            if not partitions:
                return
            every = consumer.partitions_for_topic(self._topic) or partitions
            found = await bounds(consumer, self._topic, {*every, *partitions})

            async def place(work: Work) -> dict[int, Start]:
                stored = await positions(work, self._topic)
                starts = {p: start_at(stored.get(p), begins=found[p][0], ends=found[p][1]) for p in partitions}
                moved = {p: start for p, start in starts.items() if start.why is not From.POSITION}
                if moved:
                    await put(work, self._topic, moved)
                first = State.BOOTSTRAPPING if any(begin > 0 for begin, _ in found.values()) else State.RUNNING
                self.state = await recorded_state(work, self._stream.name, first)
                await heard_rows.reader_starts(work, self._stream.name, partitions)
                return starts

            starts = await self._database.run(place, actor=f"system:{self._database.service}")
            bootstrapping = self.state is State.BOOTSTRAPPING
            self.adopts = frozenset(p for p, (begin, _) in found.items() if begin > 0) if bootstrapping else frozenset()
            self._seek(consumer, starts)

    def continuing(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> Polled:
        """The records that continue where this reader stands; others are dropped, and their partition sought again.

        aiokafka may hand out records it fetched before the seek, from Kafka's own offset.
        """
        polled: Polled = defaultdict(list)
        for record in records:
            polled[record.partition].append(record)
        return {p: found for p, found in polled.items() if self._continues(consumer, p, found[0].offset)}

    def step(self, partition: int, records: Sequence[Record]) -> Step:
        """From where to where these records take the position."""
        return Step(self.next[partition], records[-1].offset + 1)

    def moved(self, partition: int, offset: int) -> None:
        """Everything before `offset` is committed."""
        if partition in self.next:
            self.next[partition] = max(offset, self.next[partition])
            self._sought.discard(partition)

    def _continues(self, consumer: AIOKafkaConsumer, partition: int, offset: int) -> bool:
        expected = self.next.get(partition)
        if expected is None:
            return False
        if offset == expected or (offset > expected and partition in self._sought):
            return True  # the second: right after a seek, so nothing but a hole in the log lies between
        if partition in self._sought:
            self.gain([partition])  # sought to a place that is not there: the topic was made anew under us
        else:
            self._sought.add(partition)
            _seek(consumer, TopicPartition(self._topic, partition), expected)
        return False

    def _seek(self, consumer: AIOKafkaConsumer, starts: dict[int, Start]) -> None:
        for partition, start in starts.items():
            if partition not in self.unsettled:
                continue  # lost meanwhile
            tell.start(self._database.service, self._topic, partition, start)
            if _seek(consumer, TopicPartition(self._topic, partition), start.offset):
                self.next[partition] = start.offset
                self._sought.discard(partition)
            self.unsettled.discard(partition)


def _seek(consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> bool:
    try:
        consumer.seek(place, offset)
    except IllegalStateError:  # taken away in this moment; the next assignment settles it
        return False
    return True
