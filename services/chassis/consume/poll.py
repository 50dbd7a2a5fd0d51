"""One poll after the other: together in one transaction, held while the database is away, key by key when one fails."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer

from services.chassis.consume import tell, unreadable
from services.chassis.consume.apply import apply
from services.chassis.consume.assignment import Assignment, Polled
from services.chassis.consume.careful import Careful
from services.chassis.consume.decode import Item, Record, Unread, read
from services.chassis.consume.kafka import pause
from services.chassis.consume.pause import is_paused
from services.chassis.consume.plan import Plan
from services.chassis.consume.position import PositionWentBack, ReaderPaused, move
from services.chassis.consume.rules import Cursor, State
from services.chassis.database import Database
from services.chassis.faults import is_transient
from services.chassis.service import Reads
from services.chassis.telemetry.traces import span
from services.chassis.work import Work

_FIRST_WAIT: Final = 0.05
_LONGEST_WAIT: Final = 5.0
_RESUME_LOOK: Final = 0.5
"""Seconds between two looks whether a paused reader was resumed."""


class Polls:
    """Takes what FastStream polls. Nothing is ever raised at it: it would commit, skip or spin."""

    def __init__(self, database: Database, reads: Reads, topic: str, assignment: Assignment) -> None:
        self._database = database
        self._reads = reads
        self._topic = topic
        self._assignment = assignment
        self._actor = f"system:{database.service}"
        self._moved: Mapping[str, Cursor] = {}
        """cursors of the work in hand, which are written with its positions"""
        self.stop = asyncio.Event()
        self.at = time.monotonic()
        """when a poll was last done with"""
        self.began = self.at
        """when the last one began"""
        self.waiting: str | None = None
        """why a poll is held: the class of a transient error, or `paused`"""

    async def take(self, consumer: AIOKafkaConsumer, records: Sequence[Record]) -> None:
        """Apply one poll, however long the database is away for it. Gives up only at stop, or when it is not ours."""
        self.began = time.monotonic()
        polled = self._assignment.continuing(consumer, records)
        attempt = 0
        while polled and not self.stop.is_set() and any(p in self._assignment.next for p in polled):
            try:
                await self._once(polled)
                break
            except ReaderPaused:
                await self._until_resumed()
            except PositionWentBack:
                self._assignment.gain(polled)
            except Exception as error:  # transient, or a fault of ours that nobody may lose a fact for
                attempt += 1
                self.waiting = type(error).__name__
                tell.waits(self._database.service, self._reads.stream.name, error, attempt)
                await pause(self.stop, min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempt, 10)))
        self.waiting = None
        self.at = time.monotonic()

    async def _once(self, polled: Polled) -> None:
        seen = [read(record, self._reads.stream) for records in polled.values() for record in records]
        items = [one for one in seen if isinstance(one, Item)]
        broken = [one for one in seen if isinstance(one, Unread)]
        with span("read", service=self._database.service, stream=self._reads.stream.name, count=len(seen)):
            try:
                paused = await self._together(polled, items, broken)
            except Exception as error:
                if is_transient(error) or isinstance(error, ReaderPaused | PositionWentBack):
                    raise
                paused = await self._key_by_key(polled, items, broken)
        for partition, records in polled.items():
            self._assignment.moved(partition, records[-1].offset + 1)
        if paused:
            await self._until_resumed()

    async def _together(self, polled: Polled, items: Sequence[Item], broken: Sequence[Unread]) -> bool:
        """The whole poll in one transaction; whether it has paused the reader."""

        async def everything(work: Work) -> Plan:
            made = await self._apply(work, items)
            self._moved = made.cursors
            await self._finish(work, polled, broken, paused=made.paused)
            return made

        return (await self._database.run(everything, actor=self._actor)).paused

    async def _key_by_key(self, polled: Polled, items: Sequence[Item], broken: Sequence[Unread]) -> bool:
        """Each key in its own transaction, the position after the last."""
        careful = Careful(self._database, self._reads)
        await careful.key_by_key(items, self._assignment.adopts)

        async def finish(work: Work) -> None:
            self._moved = {}
            await self._finish(work, polled, broken, paused=False)

        await self._database.run(finish, actor=self._actor)
        return False

    async def _apply(self, work: Work, items: Sequence[Item]) -> Plan:
        if not items:
            return Plan()
        return await apply(work, self._reads, items, adopts=self._assignment.adopts, saves=False)

    async def _finish(self, work: Work, polled: Polled, broken: Sequence[Unread], *, paused: bool) -> None:
        """What the poll could not read, then its cursors and positions; refused while somebody else has paused the
        reader.
        """
        stream = self._reads.stream.name
        if broken:
            await unreadable.note(work, broken)
            work.after_commit(lambda: tell.unreadable(self._database.service, stream, broken))
        steps = {p: self._assignment.step(p, records) for p, records in polled.items() if p in self._assignment.next}
        if not steps:
            raise PositionWentBack(self._topic)
        state = await move(work, self._topic, stream, steps, self._moved)
        self._assignment.state = state
        if state is State.PAUSED and not paused:
            raise ReaderPaused(stream)

    async def _until_resumed(self) -> None:
        """Hold everything until `baton parked resume`."""
        stream = self._reads.stream.name
        self.waiting = "paused"
        tell.paused(self._database.service, stream, True)
        while not self.stop.is_set():
            await pause(self.stop, _RESUME_LOOK)
            try:
                async with self._database.work(self._actor) as work:
                    if not await is_paused(work, stream):
                        break
            except Exception as error:
                tell.waits(self._database.service, stream, error, 1)
        self.waiting = None
        tell.paused(self._database.service, stream, False)
