"""The floor on real servers: what it writes is as much as Baton wrote of the lead it is made like."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from contracts.streams import STREAMS
from deploy.local.choose import Infrastructure
from tests.bench.floor.__main__ import ids
from tests.bench.floor.loop import Loop
from tests.bench.floor.rows import Tables, likenesses
from tests.bench.floor.shapes import BARE, WHOLE, Shape
from tests.bench.floor.statements import MAKE_LOADS
from tests.bench.floor.wire import Wire
from tests.bench.place import a_place, admin_of
from tests.bench.sample import Sample
from tests.bench.servers import Servers
from tests.bench.walked import a_walked_place
from tests.journeys.records import records_of
from tests.place import Place

LEADS = 30


@pytest.fixture(scope="module")
def servers(infra: Infrastructure) -> Servers:
    return Servers(infra.kafka, infra.database_url, commit_times=False, own=False)


@pytest.fixture(scope="module")
async def sample(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Sample:
    async with a_place(servers) as place, a_walked_place(place, tmp_path_factory.mktemp("walked")) as (_, found):
        return found


@pytest.fixture
async def place(servers: Servers) -> AsyncIterator[Place]:
    async with a_place(servers) as made:
        yield made


@pytest.mark.parametrize("shape", [BARE, WHOLE], ids=["bare", "every row"])
async def test_every_lead_comes_out_with_all_its_rows_and_bytes(place: Place, sample: Sample, shape: Shape) -> None:
    wire = Wire(sample, whole=shape is WHOLE)
    async with admin_of(place) as admin:
        await admin.execute(MAKE_LOADS)
        loop = Loop(place, shape, wire, Tables(await likenesses(admin, sample), sample, wire))
        running = asyncio.create_task(loop.run())
        new = ids(1)
        leads = [next(new) for _ in range(LEADS)]
        await loop.accept(leads)
        async with asyncio.timeout(60):
            while not loop.ended.keys() >= set(leads) and not running.done():
                await asyncio.sleep(0.05)
        running.cancel()
        await asyncio.wait({running})
        tables = {table for hears in shape.readers for table in hears.tables} | set(shape.accepts)
        for table in tables:
            assert await admin.fetchval(f"select count(*) from {table}") == LEADS * len(sample.rows[table]), table
    for stream in {"leads", *shape.said}:
        sent = sum(len(record.value or b"") for record in await records_of(place, STREAMS[stream]))
        assert sent == sum(len(row.body) for lead in leads for row in wire.rows(stream, lead))
