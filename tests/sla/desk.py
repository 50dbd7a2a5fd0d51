"""The sla service at work in a test: facts come in, time passes, mail goes out, its outbox tells what it said."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from contracts.envelope import KNOWN, Fact, FactBody
from contracts.streams import LEADS, PARTITIONS, Stream
from services.chassis.database import Database
from services.chassis.sender import Sender
from services.chassis.service import Breach, Reads, Service
from services.chassis.timers.allowance import Counted
from services.chassis.timers.ticker import Ticker
from services.chassis.work import Work
from tests.facts import SOME_DAY, fact

SERVICE_TABLES = ("lead", "clock", "clock_interval", "changed_item", "alert", "notice")
TABLES = (*SERVICE_TABLES, "copy", "timer", "timer_ledger", "head", "outbox", "idempotency", "reader_cursor")

FAR = datetime(2200, 1, 1, tzinfo=UTC)


async def forget_everything(database: Database) -> None:
    async with database.work("system:test") as work:
        for table in TABLES:
            await work.run(f"delete from {table}")


@dataclass
class Desk:
    """`service` on `database`; versions are counted per key as a reader would see them."""

    database: Database
    service: Service
    versions: Counter[str] = field(default_factory=Counter)

    def reads(self, stream: Stream) -> Reads:
        return next(reads for reads in self.service.reads if reads.stream is stream)

    def facts_of(self, *bodies: FactBody, at: datetime = SOME_DAY, is_test: bool = False) -> list[Fact[Any]]:
        """The next versions of their keys."""
        made = []
        for body in bodies:
            self.versions[body.key()] += 1
            made.append(fact(body, version=self.versions[body.key()], at=at, is_test=is_test))
        return made

    async def hear(self, *bodies: FactBody, at: datetime = SOME_DAY, is_test: bool = False) -> None:
        """Facts of one stream, as one poll."""
        await self.deliver(self.facts_of(*bodies, at=at, is_test=is_test))

    async def deliver(self, facts: Sequence[Fact[Any]]) -> None:
        async with self.database.work("system:sla") as work:
            for handler in self.reads(facts[0].body.stream).handlers:
                await handler(work, facts)

    async def now(self) -> datetime:
        async with self.database.work("system:test") as work:
            return await work.read_time()

    async def tick(self, heard: Mapping[int, Counted] | None = None) -> int:
        """Fire what is due until nothing is; everything routing said was heard, unless told otherwise."""
        told = heard if heard is not None else {n: Counted(FAR, None) for n in range(PARTITIONS)}

        async def hears(_work: Work) -> Mapping[int, Counted]:
            return told

        ticker, fired = Ticker(self.database, self.service.timers, hears=hears), 0
        while (count := (await ticker.round())[0]) > 0:
            fired += count
        return fired

    async def send(self) -> int:
        """One round of the send role; how many letters were tried."""
        return await Sender(self.database, self.service.sends[0]).round(asyncio.Event())

    async def sweep(self) -> None:
        for sweep in self.service.sweeps:
            await self.do(sweep.run)

    async def forget(self) -> None:
        await forget_everything(self.database)

    async def stop(self, stopping: Fact[Any]) -> None:
        """A fact that stops, while its key is being parked."""
        on_stop = self.reads(LEADS).on_stop
        assert on_stop is not None
        await self.do(lambda work: on_stop(work, [stopping]))

    async def park(self, lead: UUID | str, parked: bool = True) -> None:
        on_parked = self.reads(LEADS).on_parked
        assert on_parked is not None
        await self.do(lambda work: on_parked(work, [str(lead)], parked))

    async def heal(self, lead: UUID) -> None:
        await self.park(lead, parked=False)

    async def do(self, act: Callable[[Work], Awaitable[Any]]) -> Any:
        async with self.database.work("system:sla") as work:
            return await act(work)

    async def said(self, *kinds: type[FactBody]) -> list[Any]:
        """Bodies in the outbox, in order; of these kinds when given."""
        async with self.database.work("system:test") as work:
            rows = await work.fetch("select type, body from outbox order by id")
        bodies = [KNOWN[row["type"]].model_validate_json(row["body"]) for row in rows]
        return [body for body in bodies if not kinds or isinstance(body, kinds)]

    async def heads(self) -> list[dict[str, Any]]:
        """Headers of what was said, in order."""
        async with self.database.work("system:test") as work:
            return [row["headers"] for row in await work.fetch("select headers from outbox order by id")]

    async def rows(self, sql: str, *args: object) -> list[dict[str, Any]]:
        async with self.database.work("system:test") as work:
            return [dict(row) for row in await work.fetch(sql, *args)]

    async def breaches(self) -> list[Breach]:
        async with self.database.work("system:test") as work:
            return await self.service.census.breaches(work)
