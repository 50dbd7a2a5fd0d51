"""A Kafka whose answers get lost: around the real one, by a seeded dice."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

from aiokafka.errors import OutOfOrderSequenceNumber

from services.chassis.relay.publish import Batch, Publisher, Record
from tests.chassis.relay.stand import Stand


class UnreliableKafka:
    """Of the fact batches a tenth never arrives, a tenth arrives late, a tenth arrives and is not acknowledged."""

    def __init__(self, stand: Stand, dice: random.Random) -> None:
        self.late: list[asyncio.Task[None]] = []
        self.unheard = 0
        self._stand = stand
        self._dice = dice
        self._send: Callable[[Publisher, Batch, str, int], Awaitable[int | None]] = Publisher.send

    @property
    def send(self) -> Callable[[Publisher, Batch, str, int], Awaitable[int | None]]:
        """Stands in for `Publisher.send`."""

        async def unreliable(publisher: Publisher, batch: Batch, topic: str, partition: int) -> int | None:
            fate = 1.0 if topic.endswith(".watermarks.v1") else self._dice.random()
            if fate < 0.1:
                raise TimeoutError
            if fate < 0.2:
                self.late.append(asyncio.create_task(self._arrive(batch.records, topic, partition)))
                raise OutOfOrderSequenceNumber
            end = await self._send(publisher, batch, topic, partition)
            if fate < 0.3:
                self.unheard += 1
                raise TimeoutError
            return end

        return unreliable

    async def _arrive(self, records: Sequence[Record], topic: str, partition: int) -> None:
        await asyncio.sleep(0.3)
        other = Publisher(self._stand.place.kafka, self._stand.service)
        await other.open()
        await self._send(other, other.fill(records), topic, partition)
        await other.close()
