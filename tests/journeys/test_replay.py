"""Every topic read again from its first record, twice: nothing changes, nothing is said (P6)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from importlib import import_module
from pathlib import Path
from typing import Final

from contracts.streams import STREAMS
from services.chassis.consume.readers import Readers
from tests.clock import administrator
from tests.doors import Doors
from tests.journeys.dump import Dump, differences, domain
from tests.journeys.records import ends_of
from tests.journeys.world import World, wait_for
from tests.place import SERVICES

READING: Final = ("routing", "sla", "reporting")


@asynccontextmanager
async def _reading(world: World, keys_dir: Path) -> AsyncIterator[None]:
    """Every service's readers, and nothing else, during the block."""
    async with AsyncExitStack() as stack:
        doors = Doors(world.place, keys_dir, stack)
        stop, loops = asyncio.Event(), []
        for service in READING:
            parts = doors.parts(service)
            reads = import_module(f"services.{service}.app").build(parts).reads
            readers = Readers(parts.database, reads, kafka=world.place.kafka, namespace=world.place.namespace)
            loops.append(asyncio.create_task(readers.run(stop)))
        yield
        stop.set()
        await asyncio.gather(*loops)


async def _state(world: World) -> dict[str, Dump]:
    """What every service holds, and the last version of every key it has said."""
    admin = await administrator(world.place)
    try:
        state = {service: await domain(admin, service) for service in SERVICES}
        for service in SERVICES:
            heads = await admin.fetch(f"select stream, key, version from {service}.head order by stream, key")
            state[service]["head"] = [str(tuple(row)) for row in heads]
            state[service]["unread"] = [str(await admin.fetchval(f"select count(*) from {service}.parked"))]
        return state
    finally:
        await admin.close()


async def _positions(world: World) -> int:
    counts = [f"(select sum(next_offset) from {service}.reader_position)" for service in READING]
    return int((await world.rows(f"select {' + '.join(counts)} as n"))[0]["n"])


async def test_the_whole_of_every_topic_again_changes_nothing_and_says_nothing(world: World, tmp_path: Path) -> None:
    lead = await world.post("kelp-soloby")
    await world.attempt(await world.owned(lead), lead)
    await world.at_rest()
    await world.stop()
    try:
        before, ends = await _state(world), await ends_of(world.place, STREAMS.values())
        read = await _positions(world)
        assert read == sum(end for (name, _), end in ends.items() for _ in STREAMS[name].read_by) > 300
        for _ in range(2):
            for service in READING:
                await world.rows(f"update {service}.reader_position set next_offset = 0")
            async with _reading(world, tmp_path):

                async def again() -> bool:
                    return await _positions(world) == read

                await wait_for(again)
            after = await _state(world)
            for service in SERVICES:
                assert differences(before[service], after[service]) == [], service
        assert await ends_of(world.place, STREAMS.values()) == ends
    finally:
        await world.start()
