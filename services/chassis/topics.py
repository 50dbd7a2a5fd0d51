"""Topics as `contracts/streams.py` says: made by an idempotent command, checked by every relay before it starts."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import TopicAlreadyExistsError, UnknownTopicOrPartitionError, for_code

from contracts.streams import STREAMS, WATERMARKS, Stream

EVERY_TOPIC: Final = (*STREAMS.values(), WATERMARKS)

MAX_MESSAGE_BYTES: Final = 1024 * 1024
"""Above a record batch of the relay (512 KiB) and above any single fact (256 KiB of body)."""

_SECONDS: Final = 20.0
_TRIES: Final = 50


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing about a topic that is not as the contract says; `found` is None when it is not there."""

    topic: str
    what: str
    found: str | None
    wanted: str

    def __str__(self) -> str:
        return f"{self.topic}: {self.what} is {self.found or 'missing'}, must be {self.wanted}"


def config_of(stream: Stream, replication: int) -> dict[str, str]:
    """The topic's settings. Bytes are kept as the relay sent them; with several replicas one may be away."""
    config = {
        "cleanup.policy": "delete",
        "compression.type": "producer",
        "max.message.bytes": str(MAX_MESSAGE_BYTES),
        "message.timestamp.type": "CreateTime",
        "min.insync.replicas": str(max(1, replication - 1)),
        "retention.bytes": "-1",
        "retention.ms": str(_ms(stream.kept)),
    }
    if stream.segment is not None:
        config["segment.ms"] = str(_ms(stream.segment))
    return config


async def make_topics(
    kafka: str, namespace: str, *, streams: Iterable[Stream] = EVERY_TOPIC, replication: int = 1
) -> list[str]:
    """Make what is missing and answer its names; what is there is left as it is (`check_topics` looks at it)."""
    wanted = {stream.topic(namespace): stream for stream in streams}
    async with _admin(kafka) as admin:
        there = {topic["topic"] for topic in await admin.describe_topics(list(wanted)) if not topic["error_code"]}
        missing = [
            NewTopic(name, stream.partitions, replication, topic_configs=config_of(stream, replication))
            for name, stream in wanted.items()
            if name not in there
        ]
        made = []
        for name, code in await _create(admin, missing) if missing else []:
            if code == TopicAlreadyExistsError.errno:
                continue
            if code:
                raise for_code(code)(name)
            made.append(name)
    await _until_known(kafka, namespace, list(wanted.values()))
    return made


async def check_topics(kafka: str, namespace: str, streams: Iterable[Stream] = EVERY_TOPIC) -> list[Difference]:
    """What differs from the contract, topic by topic; nothing is good. Raises what aiokafka raises, or TimeoutError."""
    wanted = {stream.topic(namespace): stream for stream in streams}
    async with _admin(kafka) as admin:
        described = {topic["topic"]: topic for topic in await admin.describe_topics(list(wanted))}
        found = [name for name in wanted if name in described and not described[name]["error_code"]]
        configs = await _configs(admin, found) if found else {}
    differences = []
    for name, stream in wanted.items():
        if name not in configs:
            differences.append(Difference(name, "topic", None, f"{stream.partitions} partitions"))
            continue
        partitions = described[name]["partitions"]
        if len(partitions) != stream.partitions:
            differences.append(Difference(name, "partitions", str(len(partitions)), str(stream.partitions)))
        right = config_of(stream, min((len(partition["replicas"]) for partition in partitions), default=1))
        differences += [
            Difference(name, what, configs[name].get(what), value)
            for what, value in right.items()
            if configs[name].get(what) != value
        ]
    return differences


async def _create(admin: AIOKafkaAdminClient, topics: Sequence[NewTopic]) -> list[tuple[str, int]]:
    answer = await asyncio.wait_for(admin.create_topics(list(topics)), _SECONDS)
    return [(error[0], error[1]) for error in answer.topic_errors]


async def _configs(admin: AIOKafkaAdminClient, names: Sequence[str]) -> Mapping[str, Mapping[str, str]]:
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    configs = {}
    for answer in await asyncio.wait_for(admin.describe_configs(resources), _SECONDS):
        for code, _message, _kind, name, entries, *_ in answer.resources:
            if code == UnknownTopicOrPartitionError.errno:
                continue
            if code:
                raise for_code(code)(name)
            configs[name] = {entry[0]: entry[1] for entry in entries}
    return configs


async def _until_known(kafka: str, namespace: str, streams: Sequence[Stream]) -> None:
    """A topic just made is not known to every broker at once: whoever starts now would see it missing."""
    for _ in range(_TRIES):
        if not [wrong for wrong in await check_topics(kafka, namespace, streams) if wrong.found is None]:
            return
        await asyncio.sleep(0.1)


@asynccontextmanager
async def _admin(kafka: str) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka, request_timeout_ms=10_000)
    try:
        await asyncio.wait_for(admin.start(), _SECONDS)
        yield admin
    finally:
        await asyncio.wait_for(admin.close(), _SECONDS)


def _ms(kept: timedelta) -> int:
    return kept // timedelta(milliseconds=1)
