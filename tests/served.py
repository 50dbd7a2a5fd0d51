"""What the servers did for a run, by their own count: nobody's word but theirs that anything was tested for real."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

_PATIENCE = 30.0


@dataclass
class Served:
    """Counts of one run. `namespaces`: those made in it, each with a database of the same name."""

    namespaces: set[str] = field(default_factory=set)
    records: int = 0
    transactions: int = 0

    def __str__(self) -> str:
        return f"records on the broker: {self.records}, committed transactions: {self.transactions}"


SERVED = Served()
"""Of this process: places are made in many fixtures, and the verdict is told at the very end."""


def count_records(kafka: str, served: Served = SERVED) -> None:
    """Ask the broker how many records the topics of these namespaces have. Not in a running event loop."""
    served.records += asyncio.run(asyncio.wait_for(_records(kafka, served.namespaces), _PATIENCE))


async def _records(kafka: str, namespaces: Iterable[str]) -> int:
    places = await _partitions(kafka, tuple(namespaces))
    if not places:
        return 0
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        return sum((await consumer.end_offsets(places)).values())
    finally:
        await consumer.stop()


async def _partitions(kafka: str, namespaces: tuple[str, ...]) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(namespaces)] if namespaces else []
        described = await admin.describe_topics(topics) if topics else []
        return [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
    finally:
        await admin.close()
