"""A desk to test timers at: leads that can be locked, one kind of timer that notes what it fired."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from services.chassis.database import Database
from services.chassis.service import TimerKind
from services.chassis.timers import DueTimer, Ledger, cancel_timers, conservation, set_timers
from services.chassis.timers.ticker import Ticker
from services.chassis.work import Work

MAKE = (
    "drop table if exists test_lead, test_fired",
    "create table test_lead (id uuid primary key, answered boolean not null default false)",
    "create table test_fired (id bigint generated always as identity, subject uuid, kind text, due timestamptz, "
    "at timestamptz, unconfirmed boolean)",
    "grant all on test_lead, test_fired to public",
    "delete from timer",
    "delete from timer_ledger",
)

_FIRED = """
insert into test_fired (subject, kind, due, at, unconfirmed)
select s, $1, d, $2, u from unnest($3::uuid[], $4::timestamptz[], $5::boolean[]) as t(s, d, u)
"""


async def lock_leads(work: Work, subjects: Sequence[UUID]) -> set[UUID]:
    rows = await work.fetch(
        "select id from test_lead where id = any($1::uuid[]) order by id for update skip locked", list(subjects)
    )
    return {row["id"] for row in rows}


async def note_fired(work: Work, due: Sequence[DueTimer]) -> None:
    columns = [timer.subject for timer in due], [timer.due for timer in due], [timer.unconfirmed for timer in due]
    await work.run(_FIRED, due[0].kind, work.at, *columns)


@dataclass
class Desk:
    database: Database
    poison: set[UUID] = field(default_factory=set)

    async def leads(self, n: int) -> list[UUID]:
        async with self.database.work("system:test") as work:
            rows = await work.fetch(
                "insert into test_lead select uuidv7() from generate_series(1, $1::int) returning id", n
            )
        return [row["id"] for row in rows]

    async def due(self, kind: str, leads: Sequence[UUID], ahead: float = -1.0) -> datetime:
        """Set this kind for these leads, so many seconds ahead of the database's clock."""
        async with self.database.work("system:test") as work:
            at = await work.read_time() + timedelta(seconds=ahead)
            await set_timers(work, kind, dict.fromkeys(leads, at))
        return at

    async def set(self, kind: str, due: Mapping[UUID, datetime]) -> None:
        await self.do(lambda work: set_timers(work, kind, due))

    async def cancel(self, kind: str, leads: Sequence[UUID]) -> None:
        await self.do(lambda work: cancel_timers(work, [kind], leads))

    def kind(self, name: str, fire: Callable[[Work, Sequence[DueTimer]], Awaitable[None]] | None = None) -> TimerKind:
        async def poisoned(work: Work, due: Sequence[DueTimer]) -> None:
            await note_fired(work, due)
            if self.poison & {timer.subject for timer in due}:
                raise ValueError("poison")

        return TimerKind(name, lock_leads, fire or poisoned)

    def ticker(self, *names: str, batch: int = 500) -> Ticker:
        return Ticker(self.database, [self.kind(name) for name in names or ("breach",)], batch=batch)

    async def fired(self) -> list[UUID]:
        async with self.database.work("system:test") as work:
            return [row["subject"] for row in await work.fetch("select subject from test_fired order by id")]

    async def ledger(self) -> Ledger:
        async with self.database.work("system:test") as work:
            return await conservation(work)

    async def do(self, act: Callable[[Work], Awaitable[object]]) -> None:
        async with self.database.work("system:test") as work:
            await act(work)
