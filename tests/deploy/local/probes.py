"""What the tests ask of real servers, in one place."""

import asyncio
import os
from pathlib import Path

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.local.addresses import Infrastructure
from deploy.local.identity import identity_of


async def query(infra: Infrastructure, *statements: str) -> object:
    """Run the statements as the administrator; the last one's first value."""
    connection = await asyncpg.connect(infra.database_url.replace("+asyncpg", ""), timeout=10)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def query_when_up(infra: Infrastructure, statement: str, within: float = 15.0) -> object:
    """The same, asked again while the server comes back."""
    async with asyncio.timeout(within):
        while True:
            try:
                return await query(infra, statement)
            except (OSError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError):
                await asyncio.sleep(0.05)


async def make_topic(infra: Infrastructure, topic: str) -> None:
    """A topic of one partition."""
    admin = AIOKafkaAdminClient(bootstrap_servers=infra.kafka)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(topic, 1, 1)])
    finally:
        await admin.close()


async def say_to(infra: Infrastructure, topic: str, *values: bytes) -> None:
    """Write records, acknowledged by the broker."""
    producer = AIOKafkaProducer(bootstrap_servers=infra.kafka, acks="all")
    await producer.start()
    try:
        for value in values:
            await producer.send_and_wait(topic, value)
    finally:
        await producer.stop()


async def heard_from(infra: Infrastructure, topic: str) -> list[bytes]:
    """Every record of the topic."""
    consumer = AIOKafkaConsumer(bootstrap_servers=infra.kafka, auto_offset_reset="earliest")
    await consumer.start()
    try:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[bytes] = []
        while len(found) < end:
            found.append((await asyncio.wait_for(consumer.getone(), 10)).value)
        return found
    finally:
        await consumer.stop()


def family(pid: int) -> set[int]:
    """The process and everything below it that runs now."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found, waiting = set[int](), [pid]
    while waiting:
        one = waiting.pop()
        found.add(one)
        waiting += children.get(one, [])
    return {one for one in found if identity_of(one) is not None}


def user_of(pid: int) -> int:
    """The effective user id of a process."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("Uid:")).split()[2])


def without_addresses() -> dict[str, str]:
    """This process's environment less the infrastructure somebody may have given."""
    given = (
        "BATON_KAFKA",
        "BATON_DATABASE_URL",
        "BATON_DATABASE_URL_FILE",
        "BATON_SMTP_URL",
        "BATON_HOME",
        "BATON_STACK",
    )
    return {name: value for name, value in os.environ.items() if name not in given}
