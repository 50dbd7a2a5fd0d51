"""A whole process: ready when it can work, says what it waits for, ends within 20 s whatever is away (P13, P14)."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg
import pytest

from services.chassis.process.run import ROLES
from services.chassis.topics import make_topics
from tests.chassis.process.proxy import Proxy
from tests.chassis.process.runner import closed_port, served
from tests.place import Place


@pytest.fixture
async def ready_place(fresh_place: Place) -> Place:
    """A place of its own with its topics made."""
    await make_topics(fresh_place.kafka, fresh_place.namespace)
    return fresh_place


async def test_all_roles_become_ready_and_end_in_order(ready_place: Place, tmp_path: Path) -> None:
    async with served(ready_place, tmp_path, *ROLES[1:]) as process:
        await process.until({})
        seconds = await process.end()
    assert process.process.returncode == 0
    assert seconds < 10
    assert process.events()[-1] == "ended"
    assert not [line for line in process.lines if line["level"] in ("error", "critical")]


async def test_the_api_role_serves_and_is_ready_without_kafka(place: Place, tmp_path: Path) -> None:
    async with served(place, tmp_path, "api", kafka=f"127.0.0.1:{closed_port()}") as process:
        assert await process.wrong() == {}
        assert (await process.get(f"{process.http}/sla/v1/now")).status_code == 200
        metrics = (await process.get(f"{process.admin}/metrics")).text
        assert 'baton_http_requests_total{route="/sla/v1/now",service="sla",status="2xx"} 1.0' in metrics
        assert await process.end(signal.SIGINT) < 10
    assert process.process.returncode == 0


async def test_kafka_that_is_away_pauses_the_roles_that_need_it_and_leaves_the_api_ready(
    place: Place, tmp_path: Path
) -> None:
    kafka = f"127.0.0.1:{closed_port()}"
    async with served(place, tmp_path, "consume", "relay", "tick", kafka=kafka) as process:
        await process.until({"sla.consume": "waits_for_kafka", "sla.relay": "waits_for_kafka"}, 40)
        assert await process.end() < 20
    async with served(place, tmp_path, *ROLES, kafka=kafka) as process:
        assert await process.wrong() == {}
        assert (await process.get(f"{process.http}/sla/v1/now")).status_code == 200
        assert await process.end() < 20


async def test_missing_topics_pause_the_relay_and_the_readers_and_say_so(fresh_place: Place, tmp_path: Path) -> None:
    async with served(fresh_place, tmp_path, "consume", "relay", "tick") as process:
        await process.until({"sla.consume": "waits_for_topics", "sla.relay": "waits_for_topics"}, 40)
        await make_topics(fresh_place.kafka, fresh_place.namespace)
        await process.until({}, 60)
        assert await process.end() < 20


@pytest.mark.parametrize("roles", [ROLES, ("relay",), ("tick", "send")], ids="-".join)
async def test_sigterm_ends_a_process_whose_postgresql_is_frozen(
    ready_place: Place, tmp_path: Path, roles: tuple[str, ...]
) -> None:
    host, _, port = ready_place.url("sla").partition("@")[2].partition("/")[0].partition(":")
    async with (
        Proxy(host, int(port)) as proxy,
        served(ready_place, tmp_path, *roles, database_port=proxy.port) as process,
    ):
        await process.until({})
        await asyncio.sleep(2)
        proxy.freeze()
        await asyncio.sleep(1)
        assert await process.end() < 20


async def test_postgresql_that_is_frozen_pauses_the_roles_and_they_go_on_when_it_is_back(
    ready_place: Place, tmp_path: Path
) -> None:
    host, _, port = ready_place.url("sla").partition("@")[2].partition("/")[0].partition(":")
    async with (
        Proxy(host, int(port)) as proxy,
        served(ready_place, tmp_path, "tick", "send", database_port=proxy.port) as process,
    ):
        await process.until({})
        proxy.freeze()
        await process.until({"sla.tick": "waits_for_postgres", "sla.send": "waits_for_postgres"}, 40)
        proxy.thaw()
        await process.until({}, 60)
        assert "no progress though every dependency answers" not in process.events()


async def test_sigterm_ends_a_process_whose_loop_is_blocked(place: Place, tmp_path: Path) -> None:
    async with served(place, tmp_path, "api") as process:
        asking = asyncio.create_task(process.get(f"{process.http}/sla/v1/block"))
        await asyncio.sleep(1)
        assert await process.end() < 20
        await asyncio.wait({asking})
    assert process.process.returncode == 1
    assert asking.exception() is not None


async def test_postgresql_can_tell_which_process_is_connected(ready_place: Place, tmp_path: Path) -> None:
    async with served(ready_place, tmp_path, "relay") as process:
        await process.until({})
        admin = await asyncpg.connect(ready_place.administrator.replace("+asyncpg", ""))
        try:
            rows = await admin.fetch(
                "select application_name from pg_stat_activity where datname = $1 and usename like $2",
                ready_place.namespace,
                "%_sla",
            )
        finally:
            await admin.close()
        assert {row["application_name"] for row in rows} == {"baton-sla-relay"}
        await process.end()


async def test_a_frozen_process_that_is_let_go_works_on(ready_place: Place, tmp_path: Path) -> None:
    async with served(ready_place, tmp_path, *ROLES[1:]) as process:
        await process.until({})
        os.kill(process.process.pid, signal.SIGSTOP)
        await asyncio.sleep(5)
        os.kill(process.process.pid, signal.SIGCONT)
        await process.until({})
        assert await process.end() < 20
    assert process.process.returncode == 0
