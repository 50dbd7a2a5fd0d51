"""The product's own path from records to aggregates, beside an upsert per fact."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import UUID

import asyncpg

from contracts.streams import LEADS, partition_of
from deploy.local.addresses import Say
from services.chassis.consume.apply import apply
from services.chassis.consume.broker import MAX_RECORDS
from services.chassis.consume.decode import Item, read
from services.chassis.consume.position import Step, move, put, recorded_state
from services.chassis.consume.rules import From, Start, State
from services.chassis.database import Database
from services.chassis.service import Reads
from services.chassis.work import Work
from services.reporting.facts import handlers as facts
from services.reporting.measures import handlers as measures
from services.reporting.measures.storage import recount
from tests.bench.floor.__main__ import ids
from tests.bench.floor.wire import Wire
from tests.bench.plan import Plan
from tests.bench.results import Results
from tests.bench.sample import Sample, take_sample
from tests.bench.servers import Servers, plain
from tests.bench.whole.stand import a_stand

_UPSERT: Final = """
insert into reporting.tally as t (study, measure, site, partner, week, word, n)
values ('gorse', 'movement', 'gorse-1', 'quarrel', date '2026-01-05', $1, 1)
on conflict (study, measure, site, partner, week, word) do update set n = t.n + 1
"""
_ROOMS: Final = {
    "reporting.folded": (facts.on_facts, measures.on_facts),
    "reporting.folded, without the journal": (measures.on_facts,),
}


@dataclass(frozen=True)
class Record:
    """A record as a consumer hands it out."""

    topic: str
    partition: int
    offset: int
    headers: Sequence[tuple[str, bytes]]
    value: bytes


async def reporting(servers: Servers, plan: Plan, results: Results, folder: Path, say: Say) -> None:
    """Facts of the leads stream, as many of each kind as a lead has."""
    async with a_stand(servers, plan, folder / "reporting") as stand:
        async with stand.baton.serving("all") as running:
            await stand.prepare(running)
        sample = await take_sample(stand.place, stand.admin)
        database = Database.open(stand.place.url("reporting"), service="reporting")
        try:
            for repetition in range(plan.repetitions):
                for n, (name, rooms) in enumerate(_ROOMS.items()):
                    records = _records(sample, plan.facts, seed=10 * repetition + n)
                    rate = await _folded(database, Reads(LEADS, rooms), records)
                    results.add(name, "1/s", rate)
                results.add(
                    "reporting.upsert per fact", "1/s", await _one_by_one(plain(stand.place.administrator), plan)
                )
                await _recounted(database, results)
        finally:
            await database.close()


async def _folded(database: Database, reads: Reads, records: Sequence[Record]) -> float:
    """Facts a second: decoded, judged by their cursors, applied, positions moved; a transaction a poll."""
    topic = f"bench.{reads.stream.name}"

    async def begin(work: Work) -> None:
        await put(work, topic, {p: Start(0, From.BEGINNING) for p in range(reads.stream.partitions)})
        await recorded_state(work, reads.stream.name, State.RUNNING)

    await database.run(begin, actor="system:bench")
    await _poll(database, reads, topic, records[:MAX_RECORDS])
    began = time.perf_counter()
    for first in range(MAX_RECORDS, len(records), MAX_RECORDS):
        await _poll(database, reads, topic, records[first : first + MAX_RECORDS])
    return (len(records) - MAX_RECORDS) / (time.perf_counter() - began)


async def _poll(database: Database, reads: Reads, topic: str, records: Sequence[Record]) -> None:
    items = [item for record in records if isinstance(item := read(record, reads.stream), Item)]
    steps = {record.partition: Step(0, record.offset + 1) for record in records}

    async def together(work: Work) -> None:
        made = await apply(work, reads, items)
        assert len(made.due) == len(items)
        await move(work, topic, reads.stream.name, steps)

    await database.run(together, actor="system:reporting")


async def _one_by_one(url: str, plan: Plan) -> float:
    connection = await asyncpg.connect(url)
    try:
        began = time.perf_counter()
        count = plan.facts // 10
        for _ in range(count):
            await connection.execute(_UPSERT, "bench")
        return count / (time.perf_counter() - began)
    finally:
        await connection.execute("delete from reporting.tally where word = 'bench'")
        await connection.close()


async def _recounted(database: Database, results: Results) -> None:
    """All aggregates folded again from the journal, as doctor does; told for a million facts."""
    async with database.work("system:bench") as work:
        kept = int(await work.value("select count(*) from journal where stream in ('referrals', 'leads', 'alerts')"))
        began = time.perf_counter()
        await recount(work)
        results.add("reporting.recount of 1M", "s", (time.perf_counter() - began) * 1_000_000 / kept)


def _records(sample: Sample, count: int, seed: int) -> list[Record]:
    wire, new = Wire(sample, whole=True), ids(seed)

    def of_all() -> Iterator[Record]:
        offset = 0
        for lead in new:
            for row in wire.rows(LEADS.name, UUID(str(lead))):
                headers = wire.headers(LEADS.name, row.version, row.key)
                yield Record(f"bench.{LEADS.name}", partition_of(row.key), offset, headers, row.body)
                offset += 1

    found = of_all()
    return [next(found) for _ in range(count)]
