"""One service's readers on empty tables, fed with recorded facts in any order: applied the ordinary way, no Kafka."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, permutations
from typing import Any, Final

import asyncpg
from aiokafka import ConsumerRecord

from contracts.streams import STREAMS, Stream
from services.chassis.consume.apply import apply
from services.chassis.consume.decode import Item, read
from services.chassis.consume.plan import Plan
from services.chassis.database import Database
from services.chassis.service import Reads, Service
from services.chassis.work import Work
from tests.journeys.dump import tables

Told = tuple[Stream, "ConsumerRecord[bytes, bytes]"]

_KEPT: Final = {"relay_lease", "chassis_version", "service_version", "test_clock"}


@dataclass(frozen=True)
class Stage:
    """A service that plays recorded facts."""

    service: Service
    database: Database
    admin: "asyncpg.Connection[asyncpg.Record]"

    @property
    def streams(self) -> list[Stream]:
        """What it hears."""
        return [reads.stream for reads in self.service.reads]

    async def empty(self) -> None:
        """As after the first migration."""
        names = [name for name in await tables(self.admin, self.service.name) if name not in _KEPT]
        await self.admin.execute("; ".join(f'delete from {self.service.name}."{name}"' for name in names))

    async def play(self, told: Sequence[Told], *, at_once: int) -> None:
        """Hear these in this order, up to `at_once` of a stream in one transaction; then let the sweeps go round."""
        readers = {reads.stream.name: reads for reads in self.service.reads}
        for name, run in groupby(told, key=lambda one: one[0].name):
            records = [record for _, record in run]
            for first in range(0, len(records), at_once):
                await self._hear(readers[name], records[first : first + at_once])
        for sweep in self.service.sweeps:
            await self.database.run(sweep.run, actor="system:test")

    async def parked(self) -> int:
        """Keys that wait for something."""
        return int(await self.admin.fetchval(f"select count(*) from {self.service.name}.reader_cursor where parked"))

    async def _hear(self, reads: Reads, records: "Sequence[ConsumerRecord[bytes, bytes]]") -> None:
        items = [item for record in records if isinstance(item := read(record, reads.stream), Item)]
        assert len(items) == len(records)

        async def together(work: Work) -> Plan:
            return await apply(work, reads, items)

        await self.database.run(together, actor=f"system:{self.service.name}")


def one_after_the_other(recorded: Mapping[str, Sequence[Any]]) -> Iterator[list[Told]]:
    """Whole streams, in every order there is."""
    for order in permutations(sorted(recorded)):
        yield [(STREAMS[name], record) for name in order for record in recorded[name]]


def shuffled(recorded: Mapping[str, Sequence[Any]], seed: int) -> list[Told]:
    """All facts of all streams in one random order, later versions of a key before earlier ones as well."""
    told = [(STREAMS[name], record) for name in sorted(recorded) for record in recorded[name]]
    random.Random(seed).shuffle(told)
    return told
