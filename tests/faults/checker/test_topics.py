"""Topics are read whole, raw and in order, by a client that belongs to no group; the tail follows them."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from confluent_kafka import Producer
from confluent_kafka.admin import AdminClient
from confluent_kafka.cimpl import NewTopic

from deploy.local.choose import Infrastructure
from tests.faults.checker.building import WORLD
from tests.faults.checker.laws.versions import partition_of
from tests.faults.checker.topics import STREAMS, TopicsAway, parsed, read_topics
from tests.faults.history import Line, lines_of
from tests.faults.stand.layout import ROOT

HEADERS = {"ce_id": "e1", "ce_type": "baton.LeadOpened.v1", "ce_keyversion": "1", "traceparent": "00-1"}


@pytest.fixture(scope="module")
def namespace(infra: Infrastructure) -> Iterator[str]:
    """Six empty topics of the checker's own knowledge."""
    name, admin = f"seen-{uuid4().hex[:8]}", AdminClient({"bootstrap.servers": infra.kafka})
    topics = [NewTopic(f"{name}.{stream}.v1", partitions, 1) for stream, partitions in STREAMS.items()]
    for made in admin.create_topics(topics).values():
        made.result(30)
    yield name
    for gone in admin.delete_topics([topic.topic for topic in topics]).values():
        gone.result(30)


def _say(infra: Infrastructure, topic: str, key: str, partition: int, *bodies: bytes, **headers: str) -> None:
    producer = Producer({"bootstrap.servers": infra.kafka, "acks": "all", "allow.auto.create.topics": False})
    for body in bodies:
        producer.produce(topic, body, key.encode(), partition, headers=list({**HEADERS, **headers}.items()))
    assert producer.flush(30) == 0


def test_every_record_of_every_partition_is_read_raw_and_in_order(infra: Infrastructure, namespace: str) -> None:
    before = read_topics(infra.kafka, namespace)
    for partition in (3, 11):
        _say(infra, f"{namespace}.leads.v1", "k", partition, b'{"lead": "x"}', b"\xff no json")
    _say(infra, f"{namespace}.watermarks.v1", "sla", 0, b"{}")
    found = read_topics(infra.kafka, namespace)
    said = [(one.partition, one.offset, one.value, one.body) for one in found.records["leads"]]
    assert len(before.records["leads"]) == 0
    assert said == [
        (partition, offset, value, body)
        for partition in (3, 11)
        for offset, value, body in ((0, b'{"lead": "x"}', {"lead": "x"}), (1, b"\xff no json", None))
    ]
    first = found.records["leads"][0]
    assert (first.key, first.stream, first.headers["ce_id"], "traceparent" in first.headers) == (
        "k",
        "leads",
        "e1",
        False,
    )
    assert found.ends[f"{namespace}.leads.v1", 11] == (0, 2)
    assert len(found.records["watermarks"]) == 1


def test_a_topic_that_is_not_there_is_no_empty_topic(infra: Infrastructure) -> None:
    with pytest.raises(TopicsAway, match="is not there"):
        read_topics(infra.kafka, "nobody")


def test_the_tail_writes_what_came_and_ends_when_asked(infra: Infrastructure, namespace: str, tmp_path: Path) -> None:
    replace(WORLD, folder=tmp_path, namespace=namespace, kafka=infra.kafka).save()
    topic = f"{namespace}.alerts.v1"
    _say(infra, topic, "k", 2, b"1", ce_id="before")
    command = [sys.executable, "-m", "tests.faults.checker", "tail", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as program:
        _until_seen(tmp_path / "tail.jsonl", topic, 1)
        _say(infra, topic, "k", 2, b"2", b"3", ce_id="after")
        program.send_signal(signal.SIGTERM)
    lines = _until_seen(tmp_path / "tail.jsonl", topic, 3)
    seen = [(line["offset"] + n, id) for line in lines for n, id in enumerate(line["ids"])]
    assert program.returncode == 0
    assert seen == [(0, "before"), (1, "after"), (2, "after")]


def test_a_tail_ends_although_relays_go_on_saying_how_far_they_are(
    infra: Infrastructure, namespace: str, tmp_path: Path
) -> None:
    replace(WORLD, folder=tmp_path, namespace=namespace, kafka=infra.kafka).save()
    topic, deadline = f"{namespace}.watermarks.v1", time.monotonic() + 30
    _say(infra, topic, "sla", 0, b"{}")
    command = [sys.executable, "-m", "tests.faults.checker", "tail", str(tmp_path)]
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}) as program:
        _until_seen(tmp_path / "tail.jsonl", topic, 1)
        program.send_signal(signal.SIGTERM)
        while program.poll() is None and time.monotonic() < deadline:
            _say(infra, topic, "sla", 0, b"{}")
            time.sleep(0.05)
        program.kill()
    assert program.returncode == 0


def _until_seen(file: Path, topic: str, count: int) -> list[Line]:
    deadline = time.monotonic() + 60
    while True:
        lines = [line for line in lines_of(file) if line["topic"] == topic]
        if sum(len(line["ids"]) for line in lines) >= count:
            return lines
        assert time.monotonic() < deadline, f"{topic}: {lines}"
        time.sleep(0.1)


@pytest.mark.parametrize("value", [b"", b"{", b"\xff", b'{"a": 1}x'])
def test_what_is_no_json_is_none(value: bytes) -> None:
    assert parsed(value) is None


@pytest.mark.parametrize("value", [{"a": [1, "\u00fc", None]}, 7, "text"])
def test_json_is_what_was_written(value: object) -> None:
    assert parsed(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("key", "hashed"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_partitions_are_those_of_a_java_producer(key: str, hashed: int) -> None:
    """Hashes as Apache Kafka's own UtilsTest has them."""
    assert partition_of(key) == (hashed & 0x7FFFFFFF) % 12
