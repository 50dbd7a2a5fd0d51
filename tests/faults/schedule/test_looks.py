"""Against the session's real Kafka and PostgreSQL: what a look sees is what is there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from services.chassis.topics import make_topics
from tests.faults.schedule.looks import busy_look, look
from tests.faults.schedule.rest import NotAtRest, at_rest
from tests.faults.schedule.servers import Away, Servers
from tests.faults.schedule.standing import standing
from tests.faults.world import World
from tests.place import Place

ROW = (
    "insert into {}.outbox (shard, stream, key, version, type, at, headers, body) "
    "values (0, 'alerts', 'k', 1, 't', now(), '{{}}', '')"
)
Admin = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def world(fresh_place: Place, tmp_path: Path) -> World:
    await make_topics(fresh_place.kafka, fresh_place.namespace)
    return World(
        tmp_path, 1, fresh_place.namespace, fresh_place.kafka, fresh_place.administrator, fresh_place.urls,
        {}, "", tmp_path, tmp_path, {}, {},
    )  # fmt: skip


@asynccontextmanager
async def connected(world: World, called: str = "somebody") -> "AsyncIterator[asyncpg.Connection[asyncpg.Record]]":
    url = world.administrator.replace("+asyncpg", "")
    made = await asyncpg.connect(url, server_settings={"application_name": called})
    try:
        yield made
    finally:
        await made.close()


async def test_an_idle_process_has_nothing_in_flight(world: World) -> None:
    async with Servers(world, 20) as servers, connected(world, "baton-sla-relay"):
        seen = await look(servers, "sla.relay")
    assert (seen.open, seen.writing, seen.unsent, seen.lag) == (0, 0, 0, 0)
    assert not seen.in_flight


async def test_an_open_transaction_is_seen_of_the_process_that_has_it_and_of_no_other(world: World) -> None:
    async with Servers(world, 20) as servers, connected(world, "baton-sla-tick") as ticker:
        await ticker.execute("begin")
        await ticker.execute("select pg_current_xact_id()")
        ticks, relays = await look(servers, "sla.tick"), await look(servers, "sla.relay")
    assert (ticks.open, ticks.writing, ticks.own) == (1, 1, True)
    assert (relays.open, relays.in_flight) == (0, False)


async def test_a_transaction_of_a_relay_with_nothing_to_send_makes_no_kill_count(world: World) -> None:
    async with Servers(world, 20) as servers, connected(world, "baton-sla-relay") as relay:
        await relay.execute("begin")
        await relay.execute("select pg_current_xact_id()")
        seen = await look(servers, "sla.relay")
    assert (seen.open, seen.writing, seen.in_flight) == (1, 1, False)


async def test_unsent_rows_are_work_of_the_relay_and_only_of_its_own_service(world: World) -> None:
    async with Servers(world, 20) as servers, connected(world) as admin:
        await admin.execute(ROW.format("sla"))
        seen, other = await busy_look(servers, "sla.relay#2", within=0), await look(servers, "routing.relay")
    assert (seen.unsent, seen.own, other.in_flight) == (1, True, False)


async def test_records_nobody_has_read_are_lag_of_each_that_reads_them(world: World) -> None:
    await say_one(world, "alerts")
    async with Servers(world, 20) as servers:
        lags = {role: (await look(servers, role)).lag for role in ("routing.consume", "sla.consume", "intake.api")}
        now = await standing(servers)
    assert lags == {"routing.consume": 1, "sla.consume": 0, "intake.api": 0}
    assert now.backlog == 2  # routing and reporting read alerts


async def test_rest_is_seen_when_nothing_waits(world: World) -> None:
    assert await at_rest(world, within=20) < 20


async def test_an_unsent_row_and_a_timer_that_comes_due_soon_are_no_rest(world: World) -> None:
    async with connected(world) as admin:
        await admin.execute(ROW.format("routing"))
        await admin.execute("insert into sla.timer values ('k', uuidv7(), 0, now() + interval '2 hours')")
        await admin.execute("insert into routing.timer values ('k', uuidv7(), 0, now() + interval '8 seconds')")
        with pytest.raises(NotAtRest, match="routing: 1 unsent"):
            await at_rest(world, within=1.2)
        await admin.execute("update routing.outbox set sent_at = now()")
        with pytest.raises(NotAtRest, match=r"routing: 1 due$"):
            await at_rest(world, within=1.2, soon=60)


async def test_a_server_that_is_not_there_is_away_and_makes_no_lag(world: World, unused_tcp_port: int) -> None:
    nowhere = World(**{**vars(world), "kafka": f"127.0.0.1:{unused_tcp_port}"})
    async with Servers(nowhere) as servers:
        seen = await look(servers, "sla.consume")
        with pytest.raises(Away, match="kafka"):
            await standing(servers)
    assert seen.lag is None


async def say_one(world: World, stream: str) -> None:
    from aiokafka import AIOKafkaProducer

    producer = AIOKafkaProducer(bootstrap_servers=world.kafka)
    await producer.start()
    try:
        await producer.send_and_wait(f"{world.namespace}.{stream}.v1", b"{}", partition=3)
    finally:
        await producer.stop()
