"""A fresh probe: whether a dependency answers, in a few seconds at most whatever it does."""

import asyncio

import asyncpg
import pytest

from services.chassis.process.probes import Probe, kafka_probe, postgres_probe, topics_probe
from services.chassis.topics import make_topics
from tests.chassis.process.proxy import Proxy
from tests.chassis.process.runner import closed_port
from tests.place import Place


async def ask(probe: Probe) -> bool:
    return await asyncio.wait_for(probe(), 5)


def split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host, int(port)


async def test_what_is_there_answers(fresh_place: Place) -> None:
    assert await ask(postgres_probe(fresh_place.url("sla"))) is True
    assert await ask(kafka_probe(fresh_place.kafka)) is True


async def test_where_nobody_listens_nobody_answers(place: Place) -> None:
    assert await ask(kafka_probe(f"127.0.0.1:{closed_port()}")) is False
    nowhere = place.url("sla").replace(
        place.url("sla").partition("@")[2].partition("/")[0], f"127.0.0.1:{closed_port()}"
    )
    assert await ask(postgres_probe(nowhere)) is False


async def test_a_server_that_takes_connections_and_says_nothing_does_not_answer(place: Place) -> None:
    address = place.url("sla").partition("@")[2].partition("/")[0]
    async with Proxy(*split(address)) as proxy:
        proxy.freeze()
        frozen = f"127.0.0.1:{proxy.port}"
        assert await ask(postgres_probe(place.url("sla").replace(address, frozen), within=0.5)) is False
        assert await ask(kafka_probe(frozen, within=0.5)) is False


async def test_a_role_that_is_not_let_in_gets_no_answer(place: Place) -> None:
    assert await ask(postgres_probe(place.url("sla").replace("_sla:", "_sla:wrong"))) is False


@pytest.mark.parametrize("raised", [asyncpg.InternalClientError, asyncio.CancelledError, KeyError])
async def test_whatever_a_client_raises_is_no_answer(
    monkeypatch: pytest.MonkeyPatch, raised: type[BaseException]
) -> None:
    async def odd(*_: object, **__: object) -> None:
        raise raised("odd")

    monkeypatch.setattr(asyncpg, "connect", odd)
    monkeypatch.setattr("services.chassis.process.probes.AIOKafkaClient.bootstrap", odd)
    monkeypatch.setattr("services.chassis.process.probes.check_topics", odd)
    probes = (postgres_probe("postgresql+asyncpg://sla:x@localhost/x"), kafka_probe("localhost:1"))
    assert [await ask(probe) for probe in (*probes, topics_probe("localhost:1", "x"))] == [False, False, False]


async def test_topics_are_right_once_they_are_made(fresh_place: Place) -> None:
    probe = topics_probe(fresh_place.kafka, fresh_place.namespace)
    assert await ask(probe) is False
    await make_topics(fresh_place.kafka, fresh_place.namespace)
    assert await ask(probe) is True
