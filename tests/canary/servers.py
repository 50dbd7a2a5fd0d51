"""The bytes that PostgreSQL and Kafka keep, as near to the disk as one can get without being them."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

_PAGE: Final = 8192
_SEGMENT: Final = 16 * 1024 * 1024
_ZEROS: Final = bytes(_PAGE)


async def data_files(admin: "asyncpg.Connection[asyncpg.Record]") -> list[bytes]:
    """Every file of this database, after a checkpoint has written what was only in memory; empty pages left out."""
    await admin.execute("checkpoint")
    folder = await admin.fetchval("select 'base/' || oid from pg_database where datname = current_database()")
    rows = await admin.fetch(
        "select pg_read_binary_file($1 || '/' || name, true) as bytes from pg_ls_dir($1) as name", folder
    )
    return [_written(row["bytes"]) for row in rows if row["bytes"]]


async def write_ahead(admin: "asyncpg.Connection[asyncpg.Record]", since: str) -> list[bytes]:
    """The write-ahead log from here on, cut exactly: what lies behind its end is of an earlier life of the file."""
    begin, end = await admin.fetchrow(
        "select $1::text::pg_lsn - '0/0', pg_current_wal_insert_lsn() - '0/0'", since
    ) or (0, 0)
    pieces = []
    for start in range(int(begin) // _SEGMENT * _SEGMENT, int(end), _SEGMENT):
        name = await admin.fetchval("select pg_walfile_name('0/0'::pg_lsn + $1::numeric + 1)", start)
        segment = await admin.fetchval("select pg_read_binary_file('pg_wal/' || $1, 0, $2, true)", name, _SEGMENT)
        assert segment, f"segment {name} was recycled before it was looked at"
        pieces.append(segment[max(int(begin) - start, 0) : max(int(end) - start, 0)])
    return pieces


async def tables(admin: "asyncpg.Connection[asyncpg.Record]", like: str = "%.%") -> list[bytes]:
    """Every row of every table of the four schemas, as COPY writes it: compressed values are told in full."""
    rows = await admin.fetch(
        "select nspname, relname from pg_class join pg_namespace n on n.oid = relnamespace "
        "where nspname = any($1) and relkind = 'r' and nspname || '.' || relname like $2 order by 1, 2",
        ["intake", "routing", "sla", "reporting"],
        like,
    )
    pieces = []
    for row in rows:
        copied = bytearray()

        async def take(chunk: bytes, into: bytearray = copied) -> None:
            into.extend(chunk)

        await admin.copy_from_table(row["relname"], schema_name=row["nspname"], output=take)
        pieces.append(bytes(copied))
    return pieces


async def log_file(admin: "asyncpg.Connection[asyncpg.Record]") -> Path:
    """The file that PostgreSQL's errors go to, where the server runs here."""
    pid = (await admin.fetchval("select pg_read_file('postmaster.pid')")).split()[0]
    process = Path(f"/proc/{pid}")
    is_ours = process.exists() and (process / "comm").read_text().strip() == "postgres"
    return (process / "fd/2").resolve() if is_ours else process / "not here"


async def log_folder(kafka: str) -> Path:
    """The folder of the broker's log segments."""
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        brokers: Any = (await admin.describe_cluster())["brokers"]
        resource = ConfigResource(ConfigResourceType.BROKER, str(brokers[0]["node_id"]))
        [answer] = await admin.describe_configs([resource])
        entries = {entry[0]: entry[1] for entry in answer.resources[0][4]}
        return Path(entries["log.dirs"])
    finally:
        await admin.close()


async def segments(folder: Path, namespace: str) -> list[bytes]:
    """The log segments of a namespace's topics in the broker's folder."""
    return [file.read_bytes() for file in sorted(folder.glob(f"{namespace}.*/*.log"))]


async def records(kafka: str, namespace: str) -> list[bytes]:
    """Every record of a namespace's topics: key, headers and value, with its batch decompressed."""
    return [piece async for piece in _records(kafka, namespace)]


async def _records(kafka: str, namespace: str) -> AsyncIterator[bytes]:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka, auto_offset_reset="earliest", max_poll_records=5000)
    await consumer.start()
    try:
        places = await _partitions(kafka, namespace)
        consumer.assign(places)
        ends, starts = await consumer.end_offsets(places), await consumer.beginning_offsets(places)
        for place in places:
            consumer.seek(place, starts[place])
        while [place for place in places if await consumer.position(place) < ends[place]]:
            for batch in (await consumer.getmany(timeout_ms=500)).values():
                for record in batch:
                    head = b"\n".join(name.encode() + b": " + (value or b"") for name, value in record.headers)
                    yield b"\n".join((record.key or b"", head, record.value or b""))
    finally:
        await consumer.stop()


async def _partitions(kafka: str, namespace: str) -> list[TopicPartition]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka)
    await admin.start()
    try:
        topics = [topic for topic in await admin.list_topics() if topic.startswith(f"{namespace}.")]
        described = await admin.describe_topics(topics)
        return [TopicPartition(one["topic"], part["partition"]) for one in described for part in one["partitions"]]
    finally:
        await admin.close()


def _written(file: bytes) -> bytes:
    """The pages of a file that hold anything."""
    if _ZEROS not in file:
        return file
    return b"".join(page for at in range(0, len(file), _PAGE) if (page := file[at : at + _PAGE]).strip(b"\0"))
