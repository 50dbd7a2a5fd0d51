"""Topics as the contract says, on real Kafka: `baton topics` is idempotent, and says what differs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from contracts.streams import ALERTS, STREAMS, TOKENS, WATERMARKS
from services.chassis.topics import EVERY_TOPIC, Difference, check_topics, config_of, make_topics
from tests.place import Place


@pytest.fixture
async def namespace(place: Place) -> AsyncIterator[str]:
    """One of this test alone; its topics go with it."""
    name = f"{place.namespace}-{uuid4().hex[:8]}"
    yield name
    admin = AIOKafkaAdminClient(bootstrap_servers=place.kafka)
    await admin.start()
    await admin.delete_topics([stream.topic(name) for stream in EVERY_TOPIC])
    await admin.close()


async def test_every_stream_gets_its_topic_once(place: Place, namespace: str) -> None:
    wanted = {f"{namespace}.{name}.v1" for name in (*STREAMS, "watermarks")}
    assert set(await make_topics(place.kafka, namespace)) == wanted
    assert await make_topics(place.kafka, namespace) == []
    assert await check_topics(place.kafka, namespace) == []


async def test_what_is_missing_is_said(place: Place, namespace: str) -> None:
    await make_topics(place.kafka, namespace, streams=[ALERTS])
    assert await check_topics(place.kafka, namespace, [ALERTS, WATERMARKS]) == [
        Difference(f"{namespace}.watermarks.v1", "topic", None, "1 partitions")
    ]


async def test_what_differs_is_said_and_left_alone(place: Place, namespace: str) -> None:
    odd = replace(ALERTS, partitions=3, kept=timedelta(days=1))
    await make_topics(place.kafka, namespace, streams=[odd])
    assert await make_topics(place.kafka, namespace, streams=[ALERTS]) == []
    assert [str(one) for one in await check_topics(place.kafka, namespace, [ALERTS])] == [
        f"{namespace}.alerts.v1: partitions is 3, must be 12",
        f"{namespace}.alerts.v1: retention.ms is 86400000, must be 34560000000",
    ]


@pytest.mark.parametrize(
    ("stream", "setting", "value"),
    [
        ("network", "retention.ms", "-1"),
        ("network", "cleanup.policy", "delete"),
        ("leads", "retention.ms", str(400 * 24 * 3600 * 1000)),
        ("tokens", "retention.ms", str(20 * 3600 * 1000)),
        ("tokens", "segment.ms", str(3600 * 1000)),
        ("leads", "max.message.bytes", "1048576"),
    ],
)
def test_settings_follow_the_table_of_streams(stream: str, setting: str, value: str) -> None:
    """architecture.md, "Streams"."""
    assert config_of(STREAMS[stream], 1)[setting] == value


def test_watermarks_have_one_partition_kept_for_an_hour() -> None:
    assert (WATERMARKS.partitions, config_of(WATERMARKS, 1)["retention.ms"]) == (1, "3600000")
    assert int(config_of(WATERMARKS, 1)["segment.ms"]) < 3600000


@pytest.mark.parametrize(("replicas", "in_sync"), [(1, "1"), (2, "1"), (3, "2")])
def test_one_of_several_replicas_may_be_away(replicas: int, in_sync: str) -> None:
    assert config_of(TOKENS, replicas)["min.insync.replicas"] == in_sync
